#include <doctest/doctest.h>

#include "agent/spool/block_format.h"
#include "tests/spool/spool_fixture.h"

namespace tapferry {
namespace {

Notice dropped() {
    Notice notice;
    notice.kind = NoticeKind::gap;
    notice.reason = NoticeReason::ring;
    notice.count = 4711;
    notice.from = {1'790'000'000, 1};
    notice.until = {1'790'000'001, 999'999'999};
    notice.words = "why";
    return notice;
}

SpoolReader reader_of(const TemporaryFolder& folder, Position from = first_position) {
    return SpoolReader(folder.path() / "spool", posix_disk(), from);
}

}  // namespace

TEST_CASE("a notice comes back whole, in its place, under a number of its own") {
    const TemporaryFolder folder;
    Spool spool(small_spool(folder), posix_disk());
    REQUIRE(append_frames(spool, {10, 20}).appended);
    REQUIRE(spool.append_notice(dropped(), "bind", {1'790'000'002, 5}).appended);
    REQUIRE(append_frames(spool, {30}).appended);
    CHECK(number(spool.end()) == 5);
    SpoolReader reader = reader_of(folder);
    REQUIRE(std::holds_alternative<SpoolBlock>(reader.next()));
    const SpoolRead read = reader.next();
    REQUIRE(std::holds_alternative<SpoolNotice>(read));
    const auto& got = std::get<SpoolNotice>(read);
    CHECK(number(got.position) == 3);
    CHECK(got.incarnation == spool.incarnation());
    CHECK(got.received == Timestamp{1'790'000'002, 5});
    CHECK(got.input == "bind");
    CHECK(got.notice.kind == NoticeKind::gap);
    CHECK(got.notice.reason == NoticeReason::ring);
    CHECK(got.notice.count == 4711);
    CHECK(got.notice.from == dropped().from);
    CHECK(got.notice.until == dropped().until);
    CHECK(got.notice.words == "why");
    const SpoolRead behind = reader.next();
    REQUIRE(std::holds_alternative<SpoolBlock>(behind));
    CHECK(number(std::get<SpoolBlock>(behind).frames.front().position) == 4);
}

TEST_CASE("a notice is read from memory too, and from there alone while there is no disk") {
    const TemporaryFolder folder;
    Spool spool(small_spool(folder), posix_disk());
    REQUIRE(append_frames(spool, {10}).appended);
    REQUIRE(spool.append_notice(dropped(), "bind", {}).appended);
    for (const bool files : {true, false}) {
        CAPTURE(files);
        if (!files) std::filesystem::remove_all(spool.directory());
        SpoolReader reader = spool.reader(first_position);
        REQUIRE(std::holds_alternative<SpoolBlock>(reader.next()));
        const SpoolRead read = reader.next();
        REQUIRE(std::holds_alternative<SpoolNotice>(read));
        CHECK(std::get<SpoolNotice>(read).notice.words == "why");
        CHECK(number(reader.position()) == 3);
    }
}

TEST_CASE("a reader that begins behind a notice does not give it") {
    const TemporaryFolder folder;
    Spool spool(small_spool(folder), posix_disk());
    REQUIRE(spool.append_notice(dropped(), "bind", {}).appended);
    REQUIRE(append_frames(spool, {30}).appended);
    SpoolReader reader = reader_of(folder, Position{2});
    CHECK(std::holds_alternative<SpoolBlock>(reader.next()));
}

TEST_CASE("a notice's number is not given again after a restart") {
    const TemporaryFolder folder;
    {
        Spool spool(small_spool(folder), posix_disk());
        REQUIRE(spool.append_notice(dropped(), "bind", {}).appended);
    }
    Spool spool(small_spool(folder), posix_disk());
    CHECK(number(spool.end()) == 2);
}

TEST_CASE("of a damaged notice its number is lost, and nothing else") {
    const TemporaryFolder folder;
    Spool spool(small_spool(folder), posix_disk());
    REQUIRE(append_frames(spool, {10}).appended);
    REQUIRE(spool.append_notice(dropped(), "bind", {}).appended);
    REQUIRE(append_frames(spool, {10}).appended);
    const auto file = segment_files(folder.path() / "spool").front();
    Bytes bytes = read_file(file);
    const std::size_t second = block_header_bytes + frame_prefix_bytes + 10;
    bytes[second + block_header_bytes] ^= 1;
    write_file(file, bytes);
    SpoolReader reader = reader_of(folder);
    REQUIRE(std::holds_alternative<SpoolBlock>(reader.next()));
    const SpoolRead read = reader.next();
    REQUIRE(std::holds_alternative<SpoolGap>(read));
    CHECK(distance(std::get<SpoolGap>(read).from, std::get<SpoolGap>(read).to) == 1);
    CHECK(std::get<SpoolGap>(read).reason == LossReason::damage);
    CHECK(std::holds_alternative<SpoolBlock>(reader.next()));
}

TEST_CASE("a block of a notice that takes more numbers than one is damage: all of them are counted as lost") {
    const TemporaryFolder folder;
    Spool spool(small_spool(folder), posix_disk());
    const auto body = encode_notice(dropped(), "bind");
    BlockHeader header = header_for(BlockType::notice, body);
    header.incarnation = spool.incarnation();
    header.base = first_position;
    header.count = 3;
    const auto bytes = encode_header(header);
    Bytes whole(bytes.begin(), bytes.end());
    whole.insert(whole.end(), body.begin(), body.end());
    write_file(segment_files(folder.path() / "spool").front(), whole);
    SpoolReader reader = reader_of(folder);
    const SpoolRead read = reader.next();
    REQUIRE(std::holds_alternative<SpoolGap>(read));
    CHECK(number(std::get<SpoolGap>(read).to) == 4);
}

TEST_CASE("no body is too odd: short ones are none, and unknown kinds, reasons and times are read as said") {
    std::vector<std::uint8_t> body = encode_notice(dropped(), "bind");
    for (std::size_t length = 0; length < body.size(); ++length)
        CHECK_FALSE(decode_notice(std::span(body).first(length)));
    body[0] = 200;
    std::fill(body.begin() + 10, body.begin() + 34, std::uint8_t{0xFF});
    const auto odd = decode_notice(body);
    REQUIRE(odd);
    CHECK(odd->notice.kind == NoticeKind::rejected);
    CHECK(odd->notice.reason == NoticeReason::source);
    CHECK(odd->notice.from == Timestamp{});
    CHECK(odd->notice.until == Timestamp{});
    CHECK(odd->notice.count == 4711);
}

TEST_CASE("texts longer than a notice holds are cut") {
    Notice notice = dropped();
    const std::string words(1000, 'w');
    notice.words = words;
    const auto body = encode_notice(notice, words);
    const auto back = decode_notice(body);
    REQUIRE(back);
    CHECK(back->notice.words == words.substr(0, 255));
    CHECK(back->input == words.substr(0, 255));
}

}  // namespace tapferry
