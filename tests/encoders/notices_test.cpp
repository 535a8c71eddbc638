#include <doctest/doctest.h>

#include <algorithm>

#include "encoders/make_encoder.h"
#include "encoders/notice_facts.h"
#include "tests/encoders/event_builder.h"
#include "tests/encoders/rendering.h"
#include "tests/encoders/sample_notices.h"

namespace tapferry::test {
namespace {

// No sentence, no name and no words take more.
constexpr std::size_t longest_notice = 4096;

std::string rendered(const FormatOptions& format, const Event& event) {
    const auto encoder = make_encoder(format);
    RecordBuffer records(Framing::none, nullptr, encoder->text());
    encoder->encode(event, records);
    REQUIRE(records.size() <= 1);
    if (records.empty()) return {};
    CHECK_FALSE(records.records().front().invalid);
    return std::string(records.content(records.records().front()));
}

}  // namespace

TEST_CASE("a notice is one record of every format, but of those that can only hold DNS") {
    for (const Notice& notice : sample_notices()) {
        for (const std::string_view name : format_names()) {
            CAPTURE(name);
            const std::string text = rendered(*default_format(name), event_of(notice));
            // The template of the default line has no place for it, nor has a frame.
            CHECK(text.empty() == (name == "template" || name == "dnstap"));
        }
        CHECK(rendered(PassivednsOptions{.records = {.d4 = true}}, event_of(notice)).empty());
        CHECK(rendered(CofOptions{.records = {.d4 = true}}, event_of(notice)).empty());
    }
}

TEST_CASE("a notice stands in lines of one's own where they have its field, and in no others") {
    const Notice notice = sample_notices()[0];
    CHECK(rendered(TemplateOptions{.line = "{kind}|{notice:raw}"}, event_of(notice))
              .starts_with("notice|lost 120 frames, 18 to 137, reason retention"));
    CHECK(rendered(TextOptions{.format = "%{notice}"}, event_of(notice))
              .starts_with("lost\\032120\\032frames"));
    CHECK(rendered(TextOptions{.format = "%{qname}"}, event_of(notice)).empty());
}

TEST_CASE("whatever a far side says makes one bounded printable record of every format") {
    const std::string words = hostile_words();
    for (Notice notice : sample_notices()) {
        notice.words = words;
        if (!notice.destination.empty()) notice.destination = words;
        Event event = event_of(notice);
        event.input = words;
        const Label label{"site", words};
        event.labels = {&label, 1};
        for (const std::string_view name : format_names()) {
            CAPTURE(name);
            const std::string text = rendered(*default_format(name), event);
            CHECK(text.size() <= 2 * longest_notice);
            const bool lines = name == "yaml" || name == "dig" || name == "hex";
            CHECK(std::all_of(text.begin(), text.end(), [&](char c) {
                return (c >= 0x20 && c <= 0x7E) || (c == '\n' && lines) || (c == '\t' && name == "leef");
            }));
        }
    }
}

TEST_CASE("labels of a notice stand in CEF as those of an event do") {
    constexpr Label labels[] = {{"none", ""}, {"rack_row", "a;b=c "}, {"rackRow", "twin"}};
    const Notice notice = sample_notices()[0];
    Event told = event_of(notice);
    told.labels = labels;
    const std::string own = " TapferryLabelNone= TapferryLabelRackRow=a\\\\059b\\=c\\\\032";
    CHECK(rendered(CefOptions{}, told).find(own + " msg=") != std::string::npos);
    EventBuilder builder;
    builder.event().labels = labels;
    CHECK(rendered(CefOptions{}, builder.build()).ends_with(own));
}

TEST_CASE("a notice that is too long for a destination lacks its sentence first, and is refused then") {
    const Notice notice = sample_notices()[0];
    const std::string whole = rendered(CefOptions{}, event_of(notice));
    const std::string without = rendered(CefOptions{.max_bytes = whole.size() - 1}, event_of(notice));
    CHECK(whole.starts_with(without));
    CHECK(whole.substr(without.size()).starts_with(" msg=lost 120 frames"));
    const auto encoder = make_encoder(CefOptions{.max_bytes = 100});
    RecordBuffer records;
    encoder->encode(event_of(notice), records);
    CHECK(records.records().front().invalid);
}

TEST_CASE("the letter of a route's notice stands behind the id of the frame before it") {
    Notice notice = sample_notices()[0];
    Event event = event_of(notice);
    event.id.letter = 'r';
    const std::string id = "00000000000000a50000000000000011-r";
    for (const char* const name : {"json", "ecs", "cim", "ocsf", "asim", "gelf", "cef", "leef", "summary"})
        CHECK(rendered(*default_format(name), event).find(id) != std::string::npos);
    RecordBuffer records;
    make_encoder(JsonOptions{})->encode(event, records);
    TextBuffer named;
    append_record_id(named, records.records().front());
    CHECK(named.view() == id);
}

}  // namespace tapferry::test
