#include "agent/letters/dead_letter.h"

#include <signal.h>
#include <sys/resource.h>

#include <filesystem>

#include "proto/dns_text.h"
#include "tests/agent/json_lines.h"
#include "tests/transports/transport_fixture.h"

namespace tapferry {
namespace {

using namespace test;

constexpr std::uint64_t roomy = 10 << 20;

// A dead letter in a folder of its own.
struct World {
    explicit World(std::uint64_t max_bytes) : letter(folder.path("siem"), max_bytes) {}

    [[nodiscard]] std::string content(std::string_view name = "dead-letter.jsonl") const {
        return content_of(folder.path("siem") + "/" + std::string(name));
    }
    [[nodiscard]] std::string everything() const { return content("dead-letter.1.jsonl") + content(); }

    TemporaryFolder folder;
    DeadLetter letter;
};

EventId id(std::uint64_t sequence) {
    return {0x0123456789abcdef, sequence};
}

Record record(std::uint64_t sequence) {
    return {.id = id(sequence), .time = {1'000'000, 5}};
}

std::string id_text(std::uint64_t sequence) {
    TextBuffer text;
    append_event_id(text, id(sequence));
    return std::string(text.view());
}

// Of a text in UTF-8 that begins with "a"; no higher than U+00FF.
int second_character(const char* text) {
    const auto first = static_cast<unsigned char>(text[1]);
    return first < 0x80 ? first : (first & 0x03) << 6 | (static_cast<unsigned char>(text[2]) & 0x3f);
}

// The disk takes so many bytes of any one file, while this lives.
class FileSizeLimit {
  public:
    explicit FileSizeLimit(rlim_t bytes) {
        handler_ = ::signal(SIGXFSZ, SIG_IGN);
        REQUIRE(::getrlimit(RLIMIT_FSIZE, &before_) == 0);
        const rlimit limit{bytes, before_.rlim_max};
        REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
    }
    ~FileSizeLimit() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        ::signal(SIGXFSZ, handler_);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

  private:
    rlimit before_{};
    sighandler_t handler_ = SIG_DFL;
};

TEST_CASE("nothing is made on the disk before the first letter, and then for its owner alone") {
    World world(roomy);
    CHECK(!std::filesystem::exists(world.folder.path("siem")));
    REQUIRE(world.letter.keep_record(record(1), "too long", "a record"));
    const auto private_to_owner = [](const std::string& path) {
        return (std::filesystem::status(path).permissions() &
                (std::filesystem::perms::group_all | std::filesystem::perms::others_all)) ==
               std::filesystem::perms::none;
    };
    CHECK(private_to_owner(world.folder.path("siem")));
    CHECK(private_to_owner(world.folder.path("siem/dead-letter.jsonl")));
}

TEST_CASE("a record is kept with its id and the far side's words, a frame in hexadecimal digits") {
    World world(roomy);
    REQUIRE(world.letter.keep_record(record(7), "longer than 1400 bytes", "CEF:0|a\\|b"));
    const std::vector<std::uint8_t> frame{0x00, 0x7f, 0xff};
    REQUIRE(world.letter.keep_frame(record(8), "no dnstap", frame));
    const auto lines = lines_of(world.content());
    REQUIRE(lines.size() == 2);
    const auto refused = read_json(lines[0]);
    CHECK(refused["id"].GetString() == id_text(7));
    CHECK(refused["reason"].GetString() == std::string("longer than 1400 bytes"));
    CHECK(refused["time"].GetString() == std::string("1970-01-12T13:46:40.000000005Z"));
    CHECK(refused.HasMember("at"));
    CHECK(refused["record"].GetString() == std::string("CEF:0|a\\|b"));
    const auto kept = read_json(lines[1]);
    CHECK(kept["id"].GetString() == id_text(8));
    CHECK(kept["frame"].GetString() == std::string("007fff"));
}

TEST_CASE("no byte of the far side's words or of a record can break a line or its JSON") {
    World world(roomy);
    for (int byte = 0; byte < 256; ++byte) {
        const std::string hostile =
            std::string("a") + static_cast<char>(byte) + "\"}\n{\"id\":\"forged\"}" + static_cast<char>(byte);
        REQUIRE(world.letter.keep_record(record(static_cast<std::uint64_t>(byte)), hostile, hostile));
    }
    const auto lines = lines_of(world.content());
    REQUIRE(lines.size() == 256);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const auto letter = read_json(lines[i]);
        CHECK(letter["id"].GetString() == id_text(i));
        CHECK(letter.MemberCount() == 5);
        CHECK(second_character(letter["record"].GetString()) == static_cast<int>(i));
        for (const char c : lines[i]) CHECK((c >= 0x20 && c < 0x7f));
    }
}

TEST_CASE("both files together stay within the limit, and the oldest letters go first") {
    constexpr std::uint64_t limit = 64 << 10;
    World world(limit);
    const std::string content(1000, 'r');
    for (std::uint64_t i = 1; i <= 1000; ++i) {
        REQUIRE(world.letter.keep_record(record(i), "refused", content));
        CHECK(world.everything().size() <= limit);
    }
    const auto lines = lines_of(world.everything());
    // At least half of the limit is in use: the newest letters, none missing among them.
    CHECK(world.everything().size() > limit / 2 - 1200);
    CHECK(world.letter.dropped() == 1000 - lines.size());
    for (std::size_t i = 0; i < lines.size(); ++i)
        CHECK(read_json(lines[i])["id"].GetString() == id_text(1000 - lines.size() + 1 + i));
}

TEST_CASE("the limit holds over a restart") {
    constexpr std::uint64_t limit = 64 << 10;
    World world(limit);
    for (std::uint64_t i = 1; i <= 300; ++i) {
        DeadLetter fresh(world.folder.path("siem"), limit);
        REQUIRE(fresh.keep_record(record(i), "refused", std::string(1000, 'r')));
        CHECK(world.everything().size() <= limit);
    }
}

TEST_CASE("one letter never breaks the limit: what is too long for it is cut, and says so") {
    constexpr std::uint64_t limit = 64 << 10;
    World world(limit);
    const std::vector<std::uint8_t> largest_frame(1 << 20, 0xab);
    REQUIRE(world.letter.keep_frame(record(1), std::string(100'000, '\x01'), largest_frame));
    REQUIRE(world.letter.keep_record(record(2), std::string(100'000, '"'), std::string(1 << 20, '\\')));
    REQUIRE(world.letter.keep_record(record(3), "short", "whole"));
    CHECK(world.everything().size() <= limit);
    std::vector<std::string> ids;
    for (const auto& line : lines_of(world.everything())) {
        const auto letter = read_json(line);
        ids.push_back(letter["id"].GetString());
        CHECK(letter.HasMember("cut") == (ids.back() != id_text(3)));
    }
    CHECK(ids.back() == id_text(3));
}

TEST_CASE("a letter that is not wholly taken by the disk leaves no half line behind") {
    World world(roomy);
    REQUIRE(world.letter.keep_record(record(1), "refused", "first"));
    {
        const FileSizeLimit full(world.content().size() + 20);
        CHECK(!world.letter.keep_record(record(2), "refused", "second"));
    }
    REQUIRE(world.letter.keep_record(record(3), "refused", "third"));
    const auto lines = lines_of(world.content());
    REQUIRE(lines.size() == 2);
    CHECK(read_json(lines[1])["id"].GetString() == id_text(3));
}

TEST_CASE("a letter that cannot be kept says so and is not an exception") {
    const TemporaryFolder folder;
    std::filesystem::copy_file("/proc/self/comm", folder.path("file"));
    DeadLetter letter(folder.path("file/below"), roomy);
    CHECK(!letter.keep_record(record(1), "refused", "record"));
    CHECK(errno != 0);
}

}  // namespace
}  // namespace tapferry
