// Captures of real servers against what an independent decoder made of them:
// tests/data/captures/NAME.truth.zst, written by tests/oracles/independent.py, has a line for each part of
// each event, in the columns of Description below. bind-mix has none for its size; tests/oracles compares it.
#include <doctest/doctest.h>

#include <algorithm>

#include "proto/decoder.h"
#include "tests/proto/wire_builder.h"
#include "tests/support/frame_streams_file.h"

using namespace tapferry;
using namespace tapferry::test;

namespace {

constexpr const char* captures[] = {"bind-auth", "bind-auth-file", "bind-fwd",    "bind-mix-head", "bind-rec",
                                    "bind-sec",  "dnsdist",        "dnsdist-tcp", "kdig",          "knot",
                                    "knot-file", "knot-noquery",   "kresd",       "nsd",           "pdns",
                                    "pdns-tcp",  "unbound",        "unbound-tcp"};

const FrameOrigin origin{{1, 1}, {1795300000, 0}, "capture"};

// Lines of columns with tabs between them; what is absent is "-".
class Description {
  public:
    explicit Description(const Event& event) {
        describe_frame(event);
        if (event.has_message) describe_message(event.dns);
    }
    [[nodiscard]] const std::string& text() const { return text_; }

  private:
    template <typename Write>
    void column(Write write) {
        if (!text_.empty() && text_.back() != '\n') text_ += '\t';
        const auto text = text_of(write);
        text_ += text.empty() ? "-" : text;
    }
    void word(std::string_view word) {
        column([&](TextBuffer& text) { text.append(word); });
    }
    void opaque(std::string_view bytes) {
        column([&](TextBuffer& text) { append_opaque(text, bytes); });
    }
    void number(std::uint64_t value, bool present = true) {
        column([&](TextBuffer& text) {
            if (present) append_decimal(text, value);
        });
    }
    void time(const std::optional<Timestamp>& value) {
        column([&](TextBuffer& text) {
            if (value) append_unix_time(text, *value, 9);
        });
    }
    void name(dns::Wire wire, std::size_t offset) {
        column([&](TextBuffer& text) {
            if (!wire.empty()) append_name(text, wire, offset);
        });
    }
    void end_line() { text_ += '\n'; }

    void describe_frame(const Event& event) {
        column([&](TextBuffer& text) { append_message_type(text, event); });
        number(event.is_response);
        number(static_cast<std::uint64_t>(event.family));
        word(socket_protocol_name(event.protocol));
        number(static_cast<std::uint64_t>(event.http_protocol));
        for (const Endpoint* side : {&event.query, &event.response}) {
            column([&](TextBuffer& text) { append_address(text, side->address); });
            number(side->port, side->port != 0);
        }
        time(event.query_time);
        time(event.response_time);
        name(event.query_zone, 0);
        end_line();
        word("by");
        opaque(event.identity);
        opaque(event.version);
        opaque(event.extra);
        end_line();
    }

    void describe_message(const dns::Message& dns) {
        word("dns");
        number(dns.wire.size());
        number(dns.id);
        column([&](TextBuffer& text) {
            append_hex(text, Bytes{static_cast<std::uint8_t>(dns.flags >> 8),
                                   static_cast<std::uint8_t>(dns.flags & 0xFF)});
        });
        number(dns.opcode);
        number(dns.rcode);
        column([&](TextBuffer& text) {
            for (std::size_t i = 0; i < 4; ++i) {
                if (i != 0) text.push_back(',');
                append_decimal(text, dns.claimed[i]);
            }
        });
        word(dns.malformed != nullptr ? "malformed" : "sound");
        end_line();
        for (const auto& question : dns.questions) describe_question(dns, question);
        describe_section("answer", dns, dns.answers);
        describe_section("authority", dns, dns.authority);
        describe_section("additional", dns, dns.additional);
        if (dns.has_edns) describe_edns(dns.edns);
    }

    void describe_question(const dns::Message& dns, const dns::Question& question) {
        word("question");
        name(dns.wire, question.name);
        number(question.type);
        number(question.qclass);
        end_line();
    }

    void describe_section(std::string_view section, const dns::Message& dns,
                          const std::vector<dns::ResourceRecord>& records) {
        for (const auto& record : records) {
            word(section);
            name(dns.wire, record.owner);
            number(record.type);
            number(record.rclass);
            number(record.ttl);
            column([&](TextBuffer& text) {
                constexpr std::size_t whole = 1 << 20;
                append_rdata(text, dns.wire, record, NameEnd::plain, whole);
            });
            end_line();
        }
    }

    void describe_edns(const dns::Edns& edns) {
        word("edns");
        number(edns.version);
        number(edns.udp_size);
        number(edns.dnssec_ok);
        column([&](TextBuffer& text) {
            if (!edns.has_client_subnet) return;
            IpAddress address;
            address.size = edns.client_subnet_family == 1 ? 4 : 16;
            std::copy_n(edns.client_subnet_address, 16, address.bytes.begin());
            append_address(text, address);
            text.push_back('/');
            append_decimal(text, edns.client_subnet_source_prefix);
        });
        number(edns.client_subnet_scope_prefix, edns.has_client_subnet);
        opaque(edns.nsid);
        number(edns.cookie_length, edns.has_cookie);
        number(edns.padding_length, edns.has_padding);
        end_line();
        for (const auto& error : edns.errors) {
            word("error");
            number(error.code);
            opaque(error.text);
            end_line();
        }
    }

    std::string text_;
};

std::string read_truth(const std::string& name) {
    return read_test_file(capture_path(name).parent_path() / (name + ".truth.zst"));
}

}  // namespace

TEST_CASE("every field of every frame of every server is what an independent decoder saw") {
    Decoder decoder;
    Event event;
    for (const std::string name : captures) {
        const std::string truth = read_truth(name);
        std::size_t at = 0;
        for (const auto& frame : read_capture(name)) {
            CAPTURE(name);
            REQUIRE(decoder.decode(frame, origin, event) == DecodeStatus::decoded);
            const std::string said = Description(event).text();
            REQUIRE(said == truth.substr(at, said.size()));
            at += said.size();
        }
        CHECK(at == truth.size());
    }
}

TEST_CASE("each of the 50,631 frames of a mixed load is a sound event") {
    Decoder decoder;
    Event event;
    const auto frames = read_capture("bind-mix");
    CHECK(frames.size() == 50631);
    std::size_t sound = 0;
    for (const auto& frame : frames) {
        if (decoder.decode(frame, origin, event) != DecodeStatus::decoded) continue;
        if (event.kind == EventKind::message && event.has_question && !event.qname.empty()) ++sound;
    }
    CHECK(sound == frames.size());
}

TEST_CASE(
    "packets that a server logged and could not read are malformed, and none is taken for news of a domain") {
    Decoder decoder;
    Event event;
    const auto count = [&](const char* name, EventKind kind) {
        std::size_t found = 0;
        for (const auto& frame : read_capture(name)) {
            if (decoder.decode(frame, origin, event) == DecodeStatus::decoded && event.kind == kind) ++found;
        }
        return found;
    };
    CHECK(count("nsd", EventKind::malformed) == 19);
    CHECK(count("pdns", EventKind::new_domain) == 0);
}
