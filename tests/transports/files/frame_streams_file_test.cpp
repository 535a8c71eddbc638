// Files and standard output that hold dnstap frames: each is a whole Frame Streams stream, whatever happened
// to the processes that wrote it.
#include "transports/files/frame_streams_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "tests/transports/transport_fixture.h"
#include "transports/files/file.h"
#include "transports/stdout.h"

namespace tapferry {
namespace {

const std::string start(frame_streams_start);
const std::string stop(frame_streams_stop);

FileOptions options_for(const std::string& path) {
    FileOptions options;
    options.path = path;
    options.framing = Framing::frame_streams;
    options.recheck = 0ms;
    return options;
}

RecordBuffer frames_of(std::initializer_list<std::string_view> texts) {
    return records_of(texts, Framing::frame_streams);
}

std::string framed(const RecordBuffer& frames) {
    return std::string(frames.wire(0, frames.size()));
}

void put(const std::string& path, std::string_view content) {
    std::ofstream(path, std::ios::binary) << content;
}

// One process: delivers the frames and stops in good order.
Outcome deliver_all(const std::string& path, const RecordBuffer& frames) {
    File file(options_for(path));
    auto outcome = deliver(file, {frames}, Ticket{1});
    file.finish(long_from_now());
    return outcome;
}

}  // namespace

TEST_CASE("a file of frames begins with START and ends with STOP, and a later process goes on in it") {
    const TemporaryFolder folder;
    const auto path = folder.path("dns.fstrm");
    const auto first = frames_of({"one", "two"});
    const auto second = frames_of({"three"});
    {
        File file(options_for(path));
        CHECK(summary({deliver(file, {first}, Ticket{1})}) == "accepted 1");
        CHECK(content_of(path) == start + framed(first));
        CHECK(summary({deliver(file, {second}, Ticket{2})}) == "accepted 2");
        file.finish(long_from_now());
        CHECK(content_of(path) == start + framed(first) + framed(second) + stop);
    }
    CHECK(summary({deliver_all(path, second)}) == "accepted 1");
    CHECK(content_of(path) == start + framed(first) + framed(second) + framed(second) + stop);
}

TEST_CASE(
    "wherever a crash has cut a file of frames off, the next process goes on behind the last whole one") {
    const TemporaryFolder folder;
    const auto path = folder.path("dns.fstrm");
    const auto frames = frames_of({"a", "frame of more letters", "c"});
    const auto next = frames_of({"next"});
    const std::string whole = start + framed(frames) + stop;
    for (std::size_t length = 0; length <= whole.size(); ++length) {
        CAPTURE(length);
        put(path, whole.substr(0, length));
        REQUIRE(summary({deliver_all(path, next)}) == "accepted 1");
        std::string kept = start;
        for (std::size_t i = 0; i < frames.size(); ++i)
            if (start.size() + frames.wire(0, i + 1).size() <= length)
                kept = start + std::string(frames.wire(0, i + 1));
        REQUIRE(content_of(path) == kept + framed(next) + stop);
    }
}

TEST_CASE("a frame that ends like a STOP is none, and stays") {
    const TemporaryFolder folder;
    const auto path = folder.path("dns.fstrm");
    const auto alike = frames_of({"x" + stop});
    const auto next = frames_of({"next"});
    put(path, start + framed(alike));
    CHECK(summary({deliver_all(path, next)}) == "accepted 1");
    CHECK(content_of(path) == start + framed(alike) + framed(next) + stop);
}

TEST_CASE("a large file is looked through piece by piece, and the batch waits for it") {
    const TemporaryFolder folder;
    const auto path = folder.path("dns.fstrm");
    const auto many = many_records(5000, 300, Framing::frame_streams);
    const auto large = many_records(2, 600'000, Framing::frame_streams);
    const auto next = frames_of({"next"});
    put(path, start + framed(large) + framed(many) + framed(next).substr(0, 6));
    File file(options_for(path));
    REQUIRE(file.submit({next}, Ticket{1}, now()));
    CHECK(!file.submit({next}, Ticket{2}, now()));
    CHECK(!file.wait(now()));
    file.finish(long_from_now());
    CHECK(summary(outcomes_of(file, 1)) == "accepted 1");
    CHECK(content_of(path) == start + framed(large) + framed(many) + framed(next) + stop);
}

TEST_CASE("a file that holds something else needs a person, and is left alone") {
    const TemporaryFolder folder;
    const auto path = folder.path("dns.fstrm");
    const auto frames = frames_of({"frame"});
    const std::string other_type = "\x1Aprotobuf:somethin.gElse";
    for (const std::string& content :
         {std::string("{\"qname\":\"a\"}\n"), std::string(64, '\0'), start + framed(frames) + stop + "more",
          start + framed(frames) + stop + start + framed(frames) + stop, start + std::string(12, '\0'),
          start + "\xFF\xFF\xFF\xFF torn", start.substr(0, start.size() - 6) + "Dnstab"}) {
        put(path, content);
        File file(options_for(path));
        const auto outcome = deliver(file, {frames}, Ticket{1});
        CHECK(summary({outcome}) == "misconfigured 1");
        CHECK(outcome.done == 0);
        CHECK(outcome.words.starts_with(path + " is not a dnstap Frame Streams file from byte "));
        CHECK(outcome.words.ends_with(" on; it is left untouched: move it aside"));
        CHECK(content_of(path) == content);
        std::filesystem::remove(path);
        CHECK(summary({deliver(file, {frames}, Ticket{2})}) == "accepted 2");
        CHECK(content_of(path) == start + framed(frames));
    }
}

TEST_CASE("a file of frames that is moved away is ended, and the new one begun") {
    const TemporaryFolder folder;
    const auto path = folder.path("dns.fstrm");
    const auto first = frames_of({"first"});
    const auto second = frames_of({"second"});
    File file(options_for(path));
    (void)deliver(file, {first}, Ticket{1});
    std::filesystem::rename(path, folder.path("dns.fstrm.1"));
    CHECK(summary({deliver(file, {second}, Ticket{2})}) == "accepted 2");
    CHECK(content_of(folder.path("dns.fstrm.1")) == start + framed(first) + stop);
    CHECK(content_of(path) == start + framed(second));
    std::filesystem::resize_file(path, 0);
    CHECK(summary({deliver(file, {second}, Ticket{3})}) == "accepted 3");
    CHECK(content_of(path) == start + framed(second));
}

TEST_CASE("a full disk leaves no torn START, frame or STOP") {
    const TemporaryFolder folder;
    const auto path = folder.path("dns.fstrm");
    const auto frames = frames_of({"first", "second"});
    const std::string whole = start + framed(frames);
    for (const std::size_t room :
         {10UL, start.size() + 6, start.size() + 12, whole.size() - 1, whole.size() + 5}) {
        CAPTURE(room);
        File file(options_for(path));
        Outcome outcome;
        {
            const SizeLimit limit(room);
            outcome = deliver(file, {frames}, Ticket{1});
            const bool fits = room > whole.size();
            REQUIRE(summary({outcome}) == (fits ? "accepted 1" : "retry 1"));
            if (fits) file.finish(long_from_now());
            if (fits) outcome.done = frames.size();
            const std::string kept(frames.wire(0, outcome.done));
            REQUIRE(content_of(path) == (room == 10 ? "" : start + kept));
        }
        if (outcome.done < frames.size())
            REQUIRE(summary({deliver(file, {frames, outcome.done}, Ticket{2})}) == "accepted 2");
        REQUIRE(content_of(path) == whole);
        std::filesystem::remove(path);
    }
}

TEST_CASE("a named pipe takes a whole stream") {
    const TemporaryFolder folder;
    const auto path = folder.path("pipe");
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    const Descriptor reader(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    REQUIRE(reader.is_open());
    const auto frames = frames_of({"first", "second"});
    File file(options_for(path));
    CHECK(summary({deliver(file, {frames}, Ticket{1})}) == "accepted 1");
    CHECK(summary({deliver(file, {frames}, Ticket{2})}) == "accepted 2");
    file.finish(long_from_now());
    std::string got(4096, '\0');
    got.resize(static_cast<std::size_t>(std::max<ssize_t>(::read(reader.get(), got.data(), got.size()), 0)));
    CHECK(got == start + framed(frames) + framed(frames) + stop);
}

TEST_CASE("standard output is a whole stream too, also when nothing came") {
    const TemporaryFolder folder;
    const auto frames = frames_of({"first", "second"});
    for (const bool something : {true, false}) {
        const auto path = folder.path(something ? "some" : "none");
        const Descriptor descriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
        Stdout transport(descriptor.get(), Framing::frame_streams);
        if (something) {
            CHECK(summary({deliver(transport, {frames}, Ticket{1})}) == "accepted 1");
            CHECK(summary({deliver(transport, {frames, 1}, Ticket{2})}) == "accepted 2");
        }
        transport.finish(long_from_now());
        CHECK(content_of(path) ==
              start + (something ? framed(frames) + std::string(frames.wire(1, 2)) : std::string()) + stop);
    }
    const auto path = folder.path("lines");
    const Descriptor descriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    Stdout lines(descriptor.get());
    lines.finish(long_from_now());
    CHECK(content_of(path).empty());
}

}  // namespace tapferry
