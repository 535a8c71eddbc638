#include "proto/carried_id.h"

#include <doctest/doctest.h>

#include "dnstap.pb.h"
#include "proto/wire_bytes.h"
#include "tests/proto/decoded_frame.h"

using namespace tapferry;
using namespace tapferry::test;

namespace {

constexpr EventId id{0x0123456789abcdef, 0x10};
const std::string id_text = "0123456789abcdef0000000000000010";

Bytes frame_with_extra(std::string_view extra) {
    auto frame = ProtobufBuilder().counted(field::identity, text_bytes("ns1"));
    if (!extra.empty()) frame.counted(field::extra, text_bytes(extra));
    append(frame.bytes, frame_of(message_of_type(6).counted(field::response_message, response_bytes)));
    return frame.bytes;
}

// As it goes to the next agent, behind something else in the same buffer.
Bytes carried(const Bytes& frame, const EventId& event_id = id) {
    const Decoded decoded(frame);
    TextBuffer out;
    out.append("before", dns::as_text(frame));
    append_carried_id(out, 6, event_id, decoded.event.extra);
    CHECK(out.view().substr(0, 6) == "before");
    return text_bytes(out.view(6));
}

// What protobuf itself finds in `extra`, and that nothing else has changed.
std::string extra_by_protobuf(const Bytes& bytes, const Bytes& original) {
    dnstap::Dnstap frame;
    dnstap::Dnstap before;
    REQUIRE(frame.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
    REQUIRE(before.ParseFromArray(original.data(), static_cast<int>(original.size())));
    std::string extra = frame.extra();
    frame.clear_extra();
    before.clear_extra();
    CHECK(frame.SerializeAsString() == before.SerializeAsString());
    return extra;
}

}  // namespace

TEST_CASE("an id is carried in extra, and what the server had set there stands behind it") {
    for (const std::string& extra : {std::string(), std::string("rack 7; row 3"), std::string("\0\xFF;", 3),
                                     std::string(300, 'x'), std::string(70'000, 'y')}) {
        CAPTURE(extra.size());
        const Bytes original = frame_with_extra(extra);
        const Bytes bytes = carried(original);
        CHECK(extra_by_protobuf(bytes, original) == id_text + (extra.empty() ? "" : ";" + extra));
        const Decoded decoded(bytes);
        const auto read = read_carried_id(decoded.event.extra);
        REQUIRE(read);
        CHECK(read->id == id);
        CHECK(read->extra == extra);
    }
}

TEST_CASE("a frame that has the same id already stays as it is, and another id takes the first one along") {
    const Bytes once = carried(frame_with_extra("rack 7"));
    const Decoded decoded(once);
    TextBuffer out;
    out.append(dns::as_text(once));
    append_carried_id(out, 0, id, read_carried_id(decoded.event.extra)->extra);
    CHECK(text_bytes(out.view()) == once);
    const Bytes twice = carried(once, {7, 8});
    const Decoded again(twice);
    const auto outer = read_carried_id(again.event.extra);
    REQUIRE(outer);
    CHECK(outer->id == EventId{7, 8});
    CHECK(outer->extra == id_text + ";rack 7");
}

TEST_CASE("a frame never becomes longer than receivers take") {
    constexpr std::size_t most = 1 << 20;
    for (const std::size_t more : {0, 1}) {
        Bytes frame = frame_with_extra("");
        const std::size_t field = 2 + id_text.size();
        const std::size_t head = 1 + 3;  // of a version of such a length
        const Bytes filling(most - field - head - frame.size() + more, 'v');
        append(frame, ProtobufBuilder().counted(test::field::version, filling).bytes);
        CHECK(carried(frame).size() == (more == 0 ? most : frame.size()));
    }
}

TEST_CASE("what no agent has written is no id") {
    for (const std::string& extra :
         {std::string(), std::string("rack 7"), id_text.substr(1), id_text + "0", id_text + ":rack",
          id_text + " ", " " + id_text, std::string("0123456789ABCDEF0000000000000010"), std::string(32, 'g'),
          std::string("0x23456789abcdef0000000000000010"), std::string("-123456789abcdef0000000000000010"),
          // Sequences begin with 1.
          std::string("0123456789abcdef0000000000000000"), id_text.substr(0, 31) + '\0'}) {
        CAPTURE(extra);
        CHECK(!read_carried_id(extra));
    }
    CHECK(read_carried_id(id_text + ";")->extra.empty());
    CHECK(read_carried_id(std::string(32, 'f'))->id == EventId{~0ull, ~0ull});
}
