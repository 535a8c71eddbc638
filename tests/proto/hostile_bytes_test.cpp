// Bytes that no server sent: cut, turned over and random. Run under sanitizers, these look for reads past the
// end; everywhere they look for text that is not printable ASCII.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "proto/characters.h"
#include "proto/decoder.h"
#include "tests/proto/wire_builder.h"
#include "tests/support/frame_streams_file.h"

using namespace tapferry;
using namespace tapferry::test;

namespace {

// Writes everything of an event that has a text.
void render(const Event& event, TextBuffer& text) {
    const dns::Message& dns = event.dns;
    text.append(event.qname);
    append_opaque(text, event.identity);
    append_opaque(text, event.version);
    append_opaque(text, event.extra);
    append_message_type(text, event);
    append_rfc3339(text, event.time, event.time_digits);
    append_address(text, event.query.address);
    append_address(text, event.response.address);
    append_rcode(text, dns.rcode);
    append_opcode(text, dns.opcode);
    append_name(
        text,
        dns::Wire(reinterpret_cast<const std::uint8_t*>(event.policy.rule.data()), event.policy.rule.size()),
        0);
    for (const auto& question : dns.questions) append_name(text, dns.wire, question.name);
    for (const auto* section : {&dns.answers, &dns.authority, &dns.additional}) {
        for (const auto& record : *section) {
            CHECK(append_name(text, dns.wire, record.owner));
            append_type(text, record.type);
            append_class(text, record.rclass);
            const std::size_t before = text.size();
            append_rdata(text, dns.wire, record, NameEnd::trailing_dot, 512);
            CHECK(text.size() - before <= 512);
        }
    }
    append_opaque(text, dns.edns.nsid);
    for (const auto& error : dns.edns.errors) append_character_string(text, error.text);
}

// A decoder that is reused for all that a test feeds it.
class Mill {
  public:
    void feed(const Bytes& frame) {
        // An allocation of its own size, so that reading past the frame is noticed.
        const Bytes exact(frame.begin(), frame.end());
        text_.clear();
        if (decoder_.decode(exact, origin_, event_) == DecodeStatus::decoded) ++decoded_;
        render(event_, text_);
        for (const char c : text_.view()) {
            if (c < 0x20 || c > 0x7E) FAIL("a byte that is not printable ASCII");
        }
    }
    [[nodiscard]] std::size_t decoded() const { return decoded_; }

  private:
    Decoder decoder_;
    Event event_;
    TextBuffer text_;
    FrameOrigin origin_{{1, 1}, {1795300000, 0}, "hostile"};
    std::size_t decoded_ = 0;
};

// Some frames of each sort: every `step`th of a few captures.
std::vector<Bytes> some_frames(std::size_t step) {
    std::vector<Bytes> some;
    for (const auto* capture : {"bind-auth", "bind-rec", "bind-sec", "knot", "nsd", "unbound", "dnsdist"}) {
        const auto frames = read_capture(capture);
        for (std::size_t i = 0; i < frames.size(); i += step) {
            if (frames[i].size() < 2000) some.push_back(frames[i]);
        }
    }
    return some;
}

}  // namespace

TEST_CASE("every real frame and all its records have a text") {
    Mill mill;
    const auto frames = some_frames(1);
    for (const auto& frame : frames) mill.feed(frame);
    CHECK(mill.decoded() == frames.size());
}

TEST_CASE("a frame cut anywhere does no harm") {
    Mill mill;
    for (const auto& frame : some_frames(40)) {
        for (std::size_t size = 0; size < frame.size(); ++size) {
            mill.feed(Bytes(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size)));
        }
    }
    CHECK(mill.decoded() > 0);
}

TEST_CASE("a DNS message cut anywhere inside a whole frame does no harm") {
    Mill mill;
    Decoder decoder;
    Event event;
    for (const auto& frame : some_frames(40)) {
        if (decoder.decode(frame, {}, event) != DecodeStatus::decoded) continue;
        const Bytes dns(event.dns.wire.begin(), event.dns.wire.end());
        for (std::size_t size = 0; size < dns.size(); ++size) {
            const Bytes part(dns.begin(), dns.begin() + static_cast<std::ptrdiff_t>(size));
            mill.feed(
                frame_of(ProtobufBuilder().varint(field::type, 6).counted(field::response_message, part)));
        }
    }
    CHECK(mill.decoded() > 1000);
}

TEST_CASE("frames with bytes turned over do no harm") {
    Mill mill;
    std::mt19937 random(20261120);
    for (auto frame : some_frames(4)) {
        for (int round = 0; round < 10; ++round) {
            auto turned = frame;
            for (int i = 0; i < 1 + round; ++i) {
                turned[random() % turned.size()] = static_cast<std::uint8_t>(random());
            }
            mill.feed(turned);
        }
    }
    CHECK(mill.decoded() > 1000);
}

TEST_CASE("random DNS messages rich in pointers, counts and odd types do no harm") {
    Mill mill;
    std::mt19937 random(9267);
    for (int round = 0; round < 10000; ++round) {
        Bytes dns(12 + random() % 300);
        for (auto& byte : dns) {
            const auto sort = random() % 4;
            byte = static_cast<std::uint8_t>(sort == 0   ? 0xC0
                                             : sort == 1 ? random() % 70
                                             : sort == 2 ? 0
                                                         : random());
        }
        for (std::size_t i = 4; i < 12; i += 2) dns[i] = 0;
        mill.feed(frame_of(ProtobufBuilder().varint(field::type, 6).counted(field::response_message, dns)));
    }
    CHECK(mill.decoded() == 10000);
}

TEST_CASE("random RDATA of every type has a text within its limit") {
    std::mt19937 random(3597);
    constexpr unsigned behind_known_types = 270;
    for (unsigned type = 0; type <= 0xFFFF; ++type) {
        for (int round = type < behind_known_types ? 40 : 1; round > 0; --round) {
            Bytes wire(random() % 60);
            for (auto& byte : wire)
                byte = static_cast<std::uint8_t>(random() % 3 == 0 ? random() % 6 : random());
            dns::ResourceRecord record;
            record.type = static_cast<std::uint16_t>(type);
            record.rclass = 1;
            record.rdata_length = static_cast<std::uint16_t>(wire.size());
            const auto text =
                text_of([&](TextBuffer& buffer) { append_rdata(buffer, wire, record, NameEnd::plain, 64); });
            REQUIRE_FALSE(text.empty());
            REQUIRE(text.size() <= 64);
            REQUIRE(std::all_of(text.begin(), text.end(), is_printable));
        }
    }
}

TEST_CASE("a message of nothing but pointers to pointers costs bounded work") {
    // Each record's owner is a pointer to the owner of the one before, as far as a pointer reaches: 16,403
    // bytes, 1,366 records.
    Bytes dns = from_hex("1234 8180 0000 ffff 0000 0000");
    append(dns, from_hex("00 0001 0001 00000000 0000"));
    std::size_t previous = 12;
    while (dns.size() + 12 <= 65535 && previous < 0x4000) {
        const std::size_t here = dns.size();
        append(dns,
               Bytes{static_cast<std::uint8_t>(0xC0 | previous >> 8), static_cast<std::uint8_t>(previous)});
        append(dns, from_hex("0001 0001 00000000 0000"));
        previous = here;
    }
    dns::Message message;
    message.parse(dns);
    REQUIRE(message.malformed != nullptr);
    CHECK(message.malformed == std::string("name jumps too often"));
    CHECK(message.answers.size() == 129);
}
