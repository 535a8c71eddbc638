// What the tests of all transports need: batches of given texts, outcomes with a generous limit.
#pragma once

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <initializer_list>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "encoders/records.h"
#include "tests/support/temporary_folder.h"
#include "transports/transport.h"

namespace tapferry {

using namespace std::chrono_literals;

// No test needs this long: it only ends one that would hang.
inline Deadline long_from_now() {
    return std::chrono::steady_clock::now() + 30s;
}
inline Deadline now() {
    return std::chrono::steady_clock::now();
}

RecordBuffer records_of(std::initializer_list<std::string_view> texts, Framing framing = Framing::newline);
// `count` records of `length` equal letters each, from 'a' on.
RecordBuffer many_records(std::size_t count, std::size_t length, Framing framing = Framing::newline);

// The next outcomes, exactly so many; the test fails when they do not come.
std::vector<Outcome> outcomes_of(Transport& transport, std::size_t count);
// "sent 1, accepted 1, retry 2"
std::string summary(const std::vector<Outcome>& outcomes);
// Submits and gives the one outcome that follows.
Outcome deliver(Transport& transport, const Batch& batch, Ticket ticket);

std::string content_of(const std::string& path);

// A disk that is full at `bytes`, for this process.
class SizeLimit {
  public:
    explicit SizeLimit(rlim_t bytes) : signal_before_(std::signal(SIGXFSZ, SIG_IGN)) {
        REQUIRE(::getrlimit(RLIMIT_FSIZE, &before_) == 0);
        const rlimit limit{bytes, before_.rlim_max};
        REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
    }
    ~SizeLimit() {
        (void)::setrlimit(RLIMIT_FSIZE, &before_);
        (void)std::signal(SIGXFSZ, signal_before_);
    }
    SizeLimit(const SizeLimit&) = delete;
    SizeLimit& operator=(const SizeLimit&) = delete;

  private:
    rlimit before_{};
    void (*signal_before_)(int);
};

// A file that holds a secret, and that nobody else may read.
void write_secret(const std::string& path, std::string_view text);

}  // namespace tapferry
