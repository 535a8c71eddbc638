#include "encoders/records.h"

#include <doctest/doctest.h>

#include <string>

namespace tapferry {
namespace {

Event event_with_sequence(std::uint64_t sequence) {
    Event event;
    event.id = {7, sequence};
    event.time = {1'795'209'822, 5};
    return event;
}

void add(RecordBuffer& records, std::uint64_t sequence, std::string_view text) {
    const Event event = event_with_sequence(sequence);
    records.open(event).append(text);
    records.close(event);
}

struct Brackets final : Envelope {
    void open(const Event&, const Record&, TextBuffer& out) const override { out.append("<"); }
    void close(const Event&, TextBuffer& out) const override { out.append(">"); }
};

}  // namespace

TEST_CASE("an octet count has as many digits as it needs, and the content is whole") {
    for (const unsigned length :
         {0U, 1U, 9U, 10U, 99U, 100U, 640U, 999U, 1000U, 9999U, 10000U, 32768U, 100000U}) {
        RecordBuffer records(Framing::octet_counting);
        add(records, 1, "before");
        const std::string text(length, 'x');
        add(records, 2, text);
        add(records, 3, "behind");
        CHECK(records.content(records.records()[1]) == text);
        CHECK(records.wire(0, 3) == "6 before" + std::to_string(length) + " " + text + "6 behind");
        CHECK(records.wire(1, 2) == std::to_string(length) + " " + text);
    }
}

TEST_CASE("each framing puts its own marks around a record") {
    const auto wire = [](Framing framing) {
        RecordBuffer records(framing);
        add(records, 1, "ab");
        add(records, 2, "c");
        return std::string(records.wire(0, records.size()));
    };
    CHECK(wire(Framing::none) == "abc");
    CHECK(wire(Framing::newline) == "ab\nc\n");
    CHECK(wire(Framing::nul) == std::string("ab\0c\0", 5));
    CHECK(wire(Framing::octet_counting) == "2 ab1 c");
    CHECK(wire(Framing::length_prefix) == std::string("\0\0\0\2ab\0\0\0\1c", 11));
}

TEST_CASE("records of one event are numbered, and of an event that came twice under one id are not") {
    RecordBuffer records;
    Event event = event_with_sequence(5);
    const auto add_one = [&] {
        records.open(event).append("x");
        records.close(event);
        return records.records().back().part;
    };
    CHECK(add_one() == 1);
    CHECK(add_one() == 2);
    event.own_sequence = 8;
    CHECK(add_one() == 1);
    CHECK(add_one() == 2);
    event.own_sequence = 9;
    CHECK(add_one() == 1);
    CHECK(records.records().back().id == event.id);
    CHECK(records.records().front().sequence == 5);
    CHECK(records.records().back().sequence == 9);
}

TEST_CASE("a record rendered before is framed anew under its own name, without a second envelope") {
    const Brackets brackets;
    RecordBuffer records(Framing::octet_counting, &brackets);
    add(records, 1, "first");
    const Record named{.id = {7, 1}, .part = 3, .row = {8, 9}, .time = {5, 6}};
    records.append_again(named, "<again>");
    records.append_again(named, "two\nlines");
    CHECK(records.wire(0, 2) == "7 <first>7 <again>");
    const Record& again = records.records()[1];
    CHECK(records.content(again) == "<again>");
    CHECK(again.id == named.id);
    CHECK(again.sequence == 1);
    CHECK(again.part == 3);
    CHECK(again.row == named.row);
    CHECK(again.time == named.time);
    CHECK(!again.invalid);
    CHECK(records.records()[2].invalid);
}

TEST_CASE("the wire bytes of all records lie one behind the other") {
    RecordBuffer records(Framing::newline);
    for (std::uint64_t i = 0; i < 9; ++i) add(records, i, std::string(i * 150, 'y'));
    std::string joined;
    for (std::size_t i = 0; i < records.size(); ++i) joined += records.wire(i, i + 1);
    CHECK(joined == records.wire(0, records.size()));
    CHECK(joined.size() == records.bytes());
    CHECK(records.wire(4, 4).empty());
}

TEST_CASE("an envelope stands inside the framing") {
    const Brackets brackets;
    RecordBuffer records(Framing::octet_counting, &brackets);
    add(records, 1, "abc");
    CHECK(records.wire(0, 1) == "5 <abc>");
    CHECK(records.content(records.records()[0]) == "<abc>");
}

TEST_CASE("one byte that may not be sent makes its record invalid, wherever it stands") {
    for (const unsigned length : {1U, 15U, 16U, 17U, 40U, 64U, 65U, 200U}) {
        for (std::size_t at = 0; at < length; ++at) {
            for (int byte = 0; byte < 256; ++byte) {
                std::string text(length, 'a');
                text[at] = static_cast<char>(byte);
                RecordBuffer records(Framing::newline);
                add(records, 1, text);
                REQUIRE(records.records()[0].invalid == (byte < 0x20 || byte > 0x7E));
            }
        }
    }
}

TEST_CASE("a tab or a line feed may be sent only where it was allowed") {
    const auto invalid = [](std::string_view text, RecordText allowed) {
        RecordBuffer records(Framing::none, nullptr, allowed);
        add(records, 1, text);
        return records.records()[0].invalid;
    };
    CHECK(invalid("a\tb", RecordText::line));
    CHECK(invalid("a\tb", RecordText::lines));
    CHECK_FALSE(invalid("a\tb", RecordText::tabbed_line));
    CHECK(invalid("a\nb", RecordText::line));
    CHECK(invalid("a\nb", RecordText::tabbed_line));
    CHECK_FALSE(invalid("a\nb", RecordText::lines));
    CHECK(invalid("a\rb", RecordText::tabbed_line));
    const std::string tabs(40, '\t');
    CHECK_FALSE(invalid(tabs, RecordText::tabbed_line));
    for (std::size_t at = 0; at < tabs.size(); ++at) {
        std::string text = tabs;
        text[at] = '\n';
        CHECK(invalid(text, RecordText::tabbed_line));
        CHECK_FALSE(invalid(std::string(40, '\n').replace(at, 1, "x"), RecordText::lines));
    }
    CHECK(invalid("a\rb", RecordText::lines));
    CHECK_FALSE(invalid("a\r\x80", RecordText::bytes));
}

TEST_CASE("a refused record is invalid, and the next one is not") {
    RecordBuffer records;
    const Event event = event_with_sequence(1);
    records.open(event).append("too long");
    records.refuse();
    records.close(event);
    add(records, 2, "fine");
    CHECK(records.records()[0].invalid);
    CHECK_FALSE(records.records()[1].invalid);
}

TEST_CASE("records of one event are numbered from 1") {
    RecordBuffer records;
    add(records, 1, "a");
    add(records, 1, "b");
    add(records, 1, "c");
    add(records, 2, "d");
    CHECK(records.records()[0].part == 1);
    CHECK(records.records()[1].part == 2);
    CHECK(records.records()[2].part == 3);
    CHECK(records.records()[3].part == 1);
    CHECK(records.records()[3].id == EventId{7, 2});
    CHECK(records.records()[3].time == Timestamp{1'795'209'822, 5});
}

TEST_CASE("an abandoned record leaves no trace") {
    RecordBuffer records(Framing::octet_counting);
    add(records, 1, "a");
    records.open(event_with_sequence(2)).append("gone");
    CHECK(records.open_size() == 4);
    records.abandon();
    add(records, 3, "b");
    CHECK(records.wire(0, 2) == "1 a1 b");
    CHECK(records.records()[1].part == 1);
}

TEST_CASE("records taken back are gone, and so is one that is open") {
    RecordBuffer records(Framing::newline);
    add(records, 1, "a");
    add(records, 2, "b");
    add(records, 2, "c");
    records.open(event_with_sequence(3)).append("half");
    records.truncate(3);
    CHECK(records.wire(0, records.size()) == "a\nb\nc\n");
    records.truncate(1);
    CHECK(records.wire(0, records.size()) == "a\n");
    records.open(event_with_sequence(3)).append("half");
    records.truncate(1);
    add(records, 4, "d");
    CHECK(records.wire(0, records.size()) == "a\nd\n");
    records.clear();
    CHECK(records.empty());
    records.truncate(0);
    CHECK(records.bytes() == 0);
}

TEST_CASE("no two records share a name: parts are numbered, rows carry their digest") {
    RecordBuffer records;
    add(records, 0x2a, "first");
    add(records, 0x2a, "second");
    const Event event = event_with_sequence(0x2a);
    for (const std::uint64_t low : {5U, 6U}) {
        records.open(event, {0xfeed, low}).append("row");
        records.close(event);
    }
    add(records, 0x2b, "third");
    std::string names;
    for (const Record& record : records.records()) {
        TextBuffer name;
        append_record_id(name, record);
        names.append(name.view()).append("\n");
    }
    CHECK(names ==
          "0000000000000007000000000000002a\n"
          "0000000000000007000000000000002a-2\n"
          "0000000000000007000000000000002a-000000000000feed0000000000000005\n"
          "0000000000000007000000000000002a-000000000000feed0000000000000006\n"
          "0000000000000007000000000000002b\n");
}

TEST_CASE("a heading names its event's type and key, and is no part of the record") {
    Event event = event_with_sequence(1);
    event.type = MessageType::client_response;
    event.query.address = {{192, 0, 2, 1}, 4};
    event.identity = "ns1\n";
    event.qname = "www.example.com";
    event.registered_domain = "example.com";
    const auto key = [&](RecordKey what) {
        RecordBuffer records(Framing::headed, nullptr, RecordText::line, what);
        records.open(event).append("content");
        records.close(event);
        const Record& record = records.records().front();
        CHECK(records.content(record) == "content");
        CHECK(!record.invalid);
        CHECK(records.message_type(record) == MessageType::client_response);
        return std::string(records.key(record));
    };
    CHECK(key(RecordKey::none).empty());
    CHECK(key(RecordKey::client) == "192.0.2.1");
    CHECK(key(RecordKey::identity) == "ns1\\010");
    CHECK(key(RecordKey::qname) == "www.example.com");
    CHECK(key(RecordKey::registered_domain) == "example.com");
    event.registered_domain = {};
    CHECK(key(RecordKey::registered_domain) == "www.example.com");
    event.query.address = {};
    CHECK(key(RecordKey::client).empty());
}

TEST_CASE("a row and a notice are of no message type") {
    Event event = event_with_sequence(1);
    event.type = MessageType::auth_query;
    RecordBuffer records(Framing::headed);
    records.open(event, {1, 2}).append("row");
    records.close(event);
    event.kind = EventKind::notice;
    records.open(event).append("notice");
    records.close(event);
    for (const Record& record : records.records())
        CHECK(records.message_type(record) == MessageType::unknown);
}

TEST_CASE("a record rendered before keeps its heading, and what is no type is none") {
    RecordBuffer records(Framing::headed, nullptr, RecordText::line, RecordKey::client);
    Event event = event_with_sequence(1);
    event.type = MessageType::tool_query;
    event.query.address = {{192, 0, 2, 1}, 4};
    records.open(event).append("once");
    records.close(event);
    RecordBuffer again(Framing::headed, nullptr, RecordText::line, RecordKey::client);
    const Record& named = records.records().front();
    again.append_again(named, records.content(named), records.heading(named));
    again.append_again(named, "twice", "\xff");
    CHECK(again.key(again.records()[0]) == "192.0.2.1");
    CHECK(again.message_type(again.records()[0]) == MessageType::tool_query);
    CHECK(again.content(again.records()[0]) == "once");
    CHECK(again.key(again.records()[1]).empty());
    CHECK(again.message_type(again.records()[1]) == MessageType::unknown);
    again.remove_if([](const Record& record) { return record.begin == 0 || record.length == 4; });
    CHECK(again.content(again.records()[0]) == "twice");
    CHECK(again.heading(again.records()[0]) == "\xff");
}

}  // namespace tapferry
