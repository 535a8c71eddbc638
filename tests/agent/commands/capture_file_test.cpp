#include "agent/commands/capture_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/agent/commands/captured.h"
#include "transports/network/descriptor.h"

namespace tapferry {
namespace {

using namespace test;

TEST_CASE("each capture gives all its frames and ends whole") {
    for (const auto name : {"bind-sec", "knot-file", "kdig", "pdns-tcp", "dnsdist-tcp", "nsd", "unbound"}) {
        CAPTURE(name);
        const Capture capture = read_file(capture_path(name).string());
        CHECK(capture.result.end == CaptureEnd::whole);
        CHECK(capture.result.words.empty());
        CHECK(capture.frames == read_capture(name));
    }
}

TEST_CASE("a capture cut off at any byte gives what is whole, and says so unless it was cut between frames") {
    const std::string bytes = read_test_file(capture_path("bind-sec"));
    const auto frames = read_capture("bind-sec");
    const auto ends = frame_ends(bytes, frames.size());
    const std::size_t start = ends.front() - frames.front().size() - 4;
    for (std::size_t length = 0; length < ends.back(); ++length) {
        CAPTURE(length);
        const Capture capture = read_bytes(bytes.substr(0, length));
        std::size_t whole = 0;
        while (whole < ends.size() && ends[whole] <= length) ++whole;
        const bool between = length == start || (whole > 0 && ends[whole - 1] == length);
        REQUIRE(capture.frames.size() == whole);
        CHECK(std::equal(capture.frames.begin(), capture.frames.end(), frames.begin()));
        CHECK(capture.result.end == (between ? CaptureEnd::whole : CaptureEnd::cut_off));
        CHECK(capture.result.words.empty() == between);
    }
}

TEST_CASE("a capture without its STOP, or with a part of it that can be told from a frame, is whole") {
    const std::string bytes = read_test_file(capture_path("bind-sec"));
    const auto frames = read_capture("bind-sec");
    const std::size_t stop = frame_ends(bytes, frames.size()).back();
    constexpr std::size_t escape_bytes = 4;  // before these have come it may be a frame's length as well
    for (std::size_t length = stop; length <= bytes.size(); ++length) {
        CAPTURE(length);
        const Capture capture = read_bytes(bytes.substr(0, length));
        const bool doubtful = length > stop && length < stop + escape_bytes;
        CHECK(capture.result.end == (doubtful ? CaptureEnd::cut_off : CaptureEnd::whole));
        CHECK(capture.frames.size() == frames.size());
    }
}

TEST_CASE("captures one behind the other are read as one") {
    const std::string one = read_test_file(capture_path("bind-sec"));
    const std::string other = read_test_file(capture_path("knot-noquery"));
    const auto wanted = read_capture("bind-sec").size() * 2 + read_capture("knot-noquery").size();
    const Capture capture = read_bytes(one + other + one);
    CHECK(capture.result.end == CaptureEnd::whole);
    CHECK(capture.frames.size() == wanted);
    const Capture cut = read_bytes(one + other + one.substr(0, one.size() / 2));
    CHECK(cut.result.end == CaptureEnd::cut_off);
    const Capture barely_begun = read_bytes(one + other.substr(0, 6));
    CHECK(barely_begun.result.end == CaptureEnd::cut_off);
    CHECK(barely_begun.frames.size() == read_capture("bind-sec").size());
}

TEST_CASE("what is no Frame Streams, or Frame Streams of something else, is wrong and says why") {
    const std::string start =
        std::string(4, '\0') + length_of(4 + 8 + 5) + length_of(2) + length_of(1) + length_of(5) + "other";
    for (const std::string& bytes :
         {std::string("this is a text file, and a long one at that\n"), std::string("GET / HTTP/1.1\r\n\r\n"),
          std::string(100, '\0'), std::string(100, '\xff'), start}) {
        CAPTURE(bytes);
        const Capture capture = read_bytes(bytes);
        CHECK(capture.result.end == CaptureEnd::wrong);
        CHECK(!capture.result.words.empty());
        CHECK(capture.frames.empty());
    }
}

TEST_CASE("what follows a sound capture and is none is wrong, and the capture is shown") {
    const Capture capture = read_bytes(read_test_file(capture_path("bind-sec")) + "and then some text");
    CHECK(capture.result.end == CaptureEnd::wrong);
    CHECK(capture.frames.size() == read_capture("bind-sec").size());
}

TEST_CASE("an empty file is no capture") {
    const Capture capture = read_bytes("");
    CHECK(capture.result.end == CaptureEnd::cut_off);
    CHECK(!capture.result.words.empty());
}

TEST_CASE("a directory and a file that is not there cannot be read, and are no exception") {
    const TemporaryFolder folder;
    const Capture directory = read_file(folder.path(""));
    CHECK(directory.result.end == CaptureEnd::unreadable);
    CHECK(directory.result.words == "cannot be read: Is a directory");
    const Capture missing = read_file(folder.path("missing"));
    CHECK(missing.result.end == CaptureEnd::unreadable);
    CHECK(missing.result.words == "cannot be read: No such file or directory");
}

TEST_CASE("what is packed by a tool that is not read here is named, with the tool that unpacks it") {
    for (const auto& packed :
         std::initializer_list<std::pair<std::string, std::string>>{{std::string("\xFD"
                                                                                 "7zXZ\0",
                                                                                 6),
                                                                     "xz"},
                                                                    {"\x04\x22\x4D\x18", "lz4"},
                                                                    {"BZh9", "bzip2"}}) {
        const auto& [magic, name] = packed;
        CAPTURE(packed.second);
        const Capture capture = read_bytes(magic + std::string(100, 'x'));
        CHECK(capture.result.end == CaptureEnd::wrong);
        CHECK(capture.result.words == "is packed with " + name +
                                          ", which is not unpacked here: pipe it through '" + name +
                                          " -dc', and name the file -");
    }
}

TEST_CASE("a file that is to be followed and is not there yet is waited for, and that is told once") {
    const TemporaryFolder folder;
    const std::string path = folder.path("capture");
    std::size_t taken = 0;
    int missing = 0;
    int step = 0;
    const auto result = read_capture(path, {.take =
                                                [&](auto) {
                                                    ++taken;
                                                    return true;
                                                },
                                            .follow = true,
                                            .idle =
                                                [&] {
                                                    if (++step == 2)
                                                        std::ofstream(path, std::ios::binary)
                                                            << read_test_file(capture_path("bind-sec"));
                                                    return taken == 0;
                                                },
                                            .missing = [&] { ++missing; }});
    CHECK(missing == 1);
    CHECK(taken == read_capture("bind-sec").size());
    CHECK(result.words.empty());
}

TEST_CASE("a taker that wants no more gets no more") {
    int taken = 0;
    const auto result =
        read_capture(capture_path("bind-sec").string(), {.take = [&](auto) { return ++taken < 3; }});
    CHECK(result.end == CaptureEnd::stopped);
    CHECK(taken == 3);
}

TEST_CASE("frames without a START before them are shown, and it is said that there was none") {
    const std::string bytes = read_test_file(capture_path("bind-sec"));
    const std::size_t start = 8 + static_cast<std::uint8_t>(bytes[7]);
    const Capture capture = read_bytes(bytes.substr(start));
    CHECK(capture.result.end == CaptureEnd::beheaded);
    CHECK(!capture.result.words.empty());
    CHECK(capture.frames == read_capture("bind-sec"));
    const Capture cut = read_bytes(bytes.substr(start, bytes.size() - start - 20));
    CHECK(cut.result.end == CaptureEnd::cut_off);
    CHECK(cut.frames.size() == capture.frames.size() - 1);
}

TEST_CASE("a packed capture is cut off where its packing is, and gives what could be unpacked") {
    const std::filesystem::path packed = capture_path("nsd");
    REQUIRE(packed.extension() == ".zst");
    std::ifstream file(packed, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    const auto all = read_capture("nsd");
    for (const std::size_t length : {std::size_t{5}, bytes.size() / 2, bytes.size() - 1}) {
        CAPTURE(length);
        const Capture capture = read_bytes(bytes.substr(0, length));
        CHECK(capture.result.end == CaptureEnd::cut_off);
        REQUIRE(capture.frames.size() <= all.size());
        CHECK(std::equal(capture.frames.begin(), capture.frames.end(), all.begin()));
    }
    CHECK(read_bytes(bytes).frames == all);
    CHECK(read_bytes(bytes + bytes).frames.size() == 2 * all.size());
}

TEST_CASE("a packed capture that is damaged gives what comes before the damage, and says that it is") {
    std::ifstream file(capture_path("nsd"), std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    for (std::size_t i = 0; i < 64; ++i) bytes[bytes.size() / 2 + i] = static_cast<char>(0xA5 ^ i);
    const Capture capture = read_bytes(bytes);
    CHECK(capture.result.end != CaptureEnd::whole);
    CHECK(!capture.result.words.empty());
}

TEST_CASE("a followed file is read on as it grows, and so is the one that takes its place") {
    const TemporaryFolder folder;
    const std::string path = folder.path("capture");
    const std::string bytes = read_test_file(capture_path("bind-sec"));
    const auto frames = read_capture("bind-sec");
    const std::size_t half = frame_ends(bytes, frames.size())[frames.size() / 2] + 3;  // inside a frame
    const auto append = [&](std::string_view piece) {
        std::ofstream(path, std::ios::binary | std::ios::app) << piece;
    };
    append(std::string_view(bytes).substr(0, half));
    std::size_t taken = 0;
    int step = 0;
    const auto result = read_capture(path, {.take =
                                                [&](auto) {
                                                    ++taken;
                                                    return true;
                                                },
                                            .follow = true,
                                            .idle =
                                                [&] {
                                                    switch (step++) {
                                                        case 0:
                                                            CHECK(taken == frames.size() / 2 + 1);
                                                            append(std::string_view(bytes).substr(half));
                                                            return true;
                                                        case 1:
                                                            CHECK(taken == frames.size());
                                                            std::filesystem::rename(path, path + ".0");
                                                            append(bytes);
                                                            return true;
                                                        default:
                                                            return taken < 2 * frames.size();
                                                    }
                                                }});
    CHECK(taken == 2 * frames.size());
    CHECK(result.words.empty());
}

TEST_CASE("what a pipe gave is told of before more is waited for") {
    const TemporaryFolder folder;
    const std::string fifo = folder.path("fifo");
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    Descriptor writer(::open(fifo.c_str(), O_RDWR | O_CLOEXEC));
    std::ifstream file(capture_path("bind-sec"), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    const auto half = frame_ends(bytes, 2).back();
    REQUIRE(::write(writer.get(), bytes.data(), half) == static_cast<ssize_t>(half));
    std::size_t taken = 0;
    std::vector<std::size_t> taken_at_pause;
    read_capture(fifo, {.take =
                            [&](auto) {
                                ++taken;
                                return true;
                            },
                        .pause =
                            [&] {
                                taken_at_pause.push_back(taken);
                                return false;
                            }});
    CHECK(taken_at_pause == std::vector<std::size_t>{2});
}

}  // namespace
}  // namespace tapferry
