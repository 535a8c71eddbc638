#include "transports/stdout.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <csignal>

#include "tests/transports/transport_fixture.h"
#include "transports/network/descriptor.h"

namespace tapferry {
namespace {

struct Pipe {
    Descriptor reader;
    Descriptor writer;

    Pipe() {
        std::array<int, 2> ends{};
        REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
        reader.reset(ends[0]);
        writer.reset(ends[1]);
    }

    std::string read(std::size_t count) const {
        std::string got(count, '\0');
        std::size_t have = 0;
        while (have < count) {
            const ssize_t n = ::read(reader.get(), got.data() + have, count - have);
            REQUIRE(n > 0);
            have += static_cast<std::size_t>(n);
        }
        return got;
    }
};

}  // namespace

TEST_CASE("records are written to standard output with their framing") {
    const Pipe pipe;
    Stdout transport(pipe.writer.get());
    const auto records = records_of({"first", "second"});
    CHECK(summary({deliver(transport, {records, 1}, Ticket{1})}) == "accepted 1");
    CHECK(pipe.read(7) == "second\n");
}

TEST_CASE("a pipe that closes is told, and does not end the process") {
    Pipe pipe;
    Stdout transport(pipe.writer.get());
    const auto records = records_of({"event"});
    pipe.reader.reset();
    const auto before = std::signal(SIGPIPE, SIG_DFL);
    const auto outcome = deliver(transport, {records}, Ticket{1});
    (void)std::signal(SIGPIPE, before);
    CHECK(summary({outcome}) == "retry 1");
    CHECK(outcome.words == "standard output is closed");
    CHECK(outcome.done == 0);
}

TEST_CASE("a full pipe is waited for, though it may block, and then takes the rest") {
    const Pipe pipe;
    Stdout transport(pipe.writer.get());
    const auto records = many_records(64, 8000);
    REQUIRE(transport.submit({records}, Ticket{1}, now() + 50ms));
    CHECK(!transport.submit({records}, Ticket{2}, now()));
    CHECK(!transport.wait(now() + 50ms));
    std::string got;
    std::optional<Outcome> outcome;
    while (!outcome) {
        got += pipe.read(4096);
        outcome = transport.wait(now());
    }
    CHECK(summary({*outcome}) == "accepted 1");
    got += pipe.read(records.bytes() - got.size());
    CHECK(got == records.wire(0, records.size()));
}

TEST_CASE("the reader's end in the middle of a batch counts the records that went out whole") {
    Pipe pipe;
    const int size = ::fcntl(pipe.writer.get(), F_SETPIPE_SZ, 4096);
    REQUIRE(size > 0);
    Stdout transport(pipe.writer.get());
    const auto records = many_records(64, 1023);
    REQUIRE(transport.submit({records}, Ticket{1}, now()));
    pipe.reader.reset();
    const auto outcome = outcomes_of(transport, 1).front();
    CHECK(summary({outcome}) == "retry 1");
    CHECK(outcome.done == static_cast<std::size_t>(size) / 1024);
}

}  // namespace tapferry
