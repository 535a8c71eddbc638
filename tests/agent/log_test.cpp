#include "agent/log.h"

#include <fcntl.h>
#include <unistd.h>

#include "tests/agent/json_lines.h"
#include "tests/transports/transport_fixture.h"
#include "transports/network/descriptor.h"

namespace tapferry {
namespace {

using namespace test;

// A log that is written into a file.
struct World {
    explicit World(LogOptions options)
        : file(::open(folder.path("log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)),
          log(options, file.get()) {}
    [[nodiscard]] std::string text() const { return content_of(folder.path("log")); }

    TemporaryFolder folder;
    Descriptor file;
    Log log;
};

void write_each_level(Log& log) {
    log.error("one", "e");
    log.warn("one", "w");
    log.info("one", "i");
    log.debug("one", "d");
}

TEST_CASE("a level lets through itself and what is worse") {
    for (const auto level : {LogLevel::error, LogLevel::warn, LogLevel::info, LogLevel::debug}) {
        World world({level, LogFormat::text});
        write_each_level(world.log);
        CHECK(lines_of(world.text()).size() == static_cast<std::size_t>(level) + 1);
    }
}

TEST_CASE("level and format can be changed while it runs") {
    World world({LogLevel::error, LogFormat::text});
    write_each_level(world.log);
    world.log.set({LogLevel::debug, LogFormat::json});
    write_each_level(world.log);
    const auto lines = lines_of(world.text());
    REQUIRE(lines.size() == 5);
    CHECK(read_json(lines[4])["level"].GetString() == std::string("debug"));
}

TEST_CASE("a line of text is time, level, what it is about, and the message") {
    World world({LogLevel::info, LogFormat::text});
    world.log.warn("siem", "retrying: connection refused");
    const std::string line = world.text();
    const auto space = line.find(' ');
    CHECK(space == std::string_view("2026-11-21T09:29:10.123Z").size());
    CHECK(line.substr(space) == " warn siem: retrying: connection refused\n");
}

TEST_CASE("a line of JSON has the same four") {
    World world({LogLevel::info, LogFormat::json});
    world.log.warn("siem", "says \"no\" \\ and more");
    const auto line = read_json(lines_of(world.text()).front());
    CHECK(line.MemberCount() == 4);
    CHECK(line["level"].GetString() == std::string("warn"));
    CHECK(line["about"].GetString() == std::string("siem"));
    CHECK(line["text"].GetString() == std::string("says \"no\" \\ and more"));
    CHECK(line["time"].GetStringLength() == 24);
}

TEST_CASE("no byte of a message makes a second line, moves a terminal's cursor or breaks the JSON") {
    for (const auto format : {LogFormat::text, LogFormat::json}) {
        World world({LogLevel::info, format});
        for (int byte = 0; byte < 256; ++byte) {
            const std::string hostile = std::string("<") + static_cast<char>(byte) + ">";
            world.log.info(hostile, hostile + "\r\n2026-11-21T00:00:00.000Z error forged: line");
        }
        const auto lines = lines_of(world.text());
        REQUIRE(lines.size() == 256);
        for (const auto& line : lines) {
            for (const char c : line) CHECK((c >= 0x20 && c < 0x7f));
            if (format == LogFormat::json) CHECK(read_json(line).MemberCount() == 4);
        }
    }
}

TEST_CASE("a log whose descriptor is closed is nobody's trouble") {
    Log log({LogLevel::debug, LogFormat::text}, -1);
    CHECK_NOTHROW(write_each_level(log));
}

TEST_CASE("who does not read the log holds nobody up, and is told how many lines are missing") {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    const Descriptor reading(ends[0]);
    const Descriptor writing(ends[1]);
    Log log({LogLevel::info, LogFormat::text}, writing.get());
    constexpr int lines_written = 2000;  // of 1 KiB: far more than a pipe holds
    for (int i = 0; i < lines_written; ++i) log.info("siem", std::string(1000, 'x'));
    REQUIRE(::fcntl(reading.get(), F_SETFL, O_NONBLOCK) == 0);
    std::string text;
    const auto drain = [&] {
        char room[65536];
        for (ssize_t n = 0; (n = ::read(reading.get(), room, sizeof room)) > 0;)
            text.append(room, static_cast<std::size_t>(n));
    };
    drain();
    const auto came = lines_of(text).size();
    CHECK(came > 0);
    CHECK(came < lines_written);
    log.info("siem", "here again");
    drain();
    const std::string told = " warn log: " + std::to_string(lines_written - came) + " lines left out\n";
    CHECK(text.find(told) != std::string::npos);
    CHECK(text.ends_with("siem: here again\n"));
}

}  // namespace
}  // namespace tapferry
