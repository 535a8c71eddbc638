// Receivers tell records that came twice from two records by their id: it must be in what is sent.
#include <doctest/doctest.h>

#include <set>
#include <string>

#include "encoders/make_encoder.h"
#include "proto/decoder.h"
#include "tests/encoders/event_builder.h"
#include "tests/support/frame_streams_file.h"

namespace tapferry::test {
namespace {

constexpr std::size_t events_a_window = 100;

std::vector<FormatOptions> formats() {
    std::vector<FormatOptions> formats;
    for (const std::string_view name : format_names()) formats.push_back(*default_format(name));
    formats.emplace_back(JsonOptions{.answers = JsonOptions::Answers::one_event_each});
    formats.emplace_back(JsonOptions{.profile = JsonOptions::Profile::dnstap_receiver});
    formats.emplace_back(CefOptions{.answers = CefOptions::Answers::one_event_each});
    formats.emplace_back(PassivednsOptions{.mode = PassivednsOptions::Mode::each, .errors = true});
    formats.emplace_back(SummaryOptions{.group_by = {"qname", "type"}});
    return formats;
}

std::string id_of(const Record& record) {
    TextBuffer id;
    append_record_id(id, record);
    return std::string(id.view());
}

std::string shown_id(std::string_view message) {
    constexpr std::string_view before = " [tapferry@32473 id=\"";
    const std::size_t from = message.find(before) + before.size();
    return std::string(message.substr(from, message.find('"', from) - from));
}

// Takes what was written out of the buffer, as a batch that went.
void check(RecordBuffer& records, std::set<std::string>& ids) {
    for (const Record& record : records.records()) {
        const std::string id = id_of(record);
        REQUIRE(shown_id(records.content(record)) == id);
        const bool is_new = ids.insert(id).second;
        CAPTURE(id);
        REQUIRE(is_new);
    }
    records.clear();
}

}  // namespace

TEST_CASE("two records never share an id, in any format, and the syslog header shows it") {
    const auto header = make_syslog_header({.structured_data = true});
    for (const FormatOptions& format : formats()) {
        CAPTURE(format.index());
        const auto encoder = make_encoder(format);
        RecordBuffer records(Framing::octet_counting, header.get(), encoder->text());
        std::set<std::string> ids;
        std::uint64_t sequence = 0;
        Decoder decoder;
        Event event;
        for (const char* capture : {"bind-auth", "bind-fwd", "bind-rec", "bind-sec", "dnsdist", "kdig",
                                    "knot", "kresd", "nsd", "pdns", "unbound"}) {
            for (const Frame& frame : read_capture(capture)) {
                const FrameOrigin origin{{0xA5, ++sequence}, {1'795'209'600, 0}, capture};
                if (decoder.decode(frame, origin, event) != DecodeStatus::decoded) continue;
                encoder->encode(event, records);
                if (sequence % events_a_window != 0) continue;
                encoder->close(records);
                check(records, ids);
            }
        }
        encoder->close(records);
        check(records, ids);
        CHECK(ids.size() > sequence / events_a_window);
    }
}

TEST_CASE("an event of several records has as many ids, and the first of them is its own") {
    EventBuilder builder;
    builder.type(MessageType::resolver_response);
    for (const char* address : {"\x01\x02\x03\x04", "\x01\x02\x03\x05", "\x01\x02\x03\x06"})
        builder.answer({"www", "example", "test"}, 1, std::string(address, 4));
    const auto header = make_syslog_header({.structured_data = true});
    for (const FormatOptions& format :
         {FormatOptions(JsonOptions{.answers = JsonOptions::Answers::one_event_each}),
          FormatOptions(CefOptions{.answers = CefOptions::Answers::one_event_each}),
          FormatOptions(PassivednsOptions{.mode = PassivednsOptions::Mode::each})}) {
        RecordBuffer records(Framing::none, header.get());
        make_encoder(format)->encode(builder.build(), records);
        REQUIRE(records.size() == 3);
        CHECK(shown_id(records.content(records.records()[0])) == "0123456789abcdef000000000000002a");
        CHECK(shown_id(records.content(records.records()[1])) == "0123456789abcdef000000000000002a-2");
        CHECK(shown_id(records.content(records.records()[2])) == "0123456789abcdef000000000000002a-3");
    }
}

}  // namespace tapferry::test
