// What the tests of all transports need: batches of given texts, outcomes with a generous limit, a folder
// that goes.
#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <initializer_list>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "encoders/records.h"
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

class TemporaryFolder {
  public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    [[nodiscard]] std::string path(std::string_view name) const { return (path_ / name).string(); }

  private:
    std::filesystem::path path_;
};

std::string content_of(const std::string& path);

}  // namespace tapferry
