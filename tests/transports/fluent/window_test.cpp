#include "transports/fluent/window.h"

#include "tests/transports/transport_fixture.h"
#include "transports/fluent/msgpack.h"

namespace tapferry {
namespace {

std::string expected(std::initializer_list<std::string_view> messages, const std::string& chunk) {
    std::string out;
    msgpack::append_array(out, 3);
    msgpack::append_text(out, "dns");
    const auto place = msgpack::open_binary(out);
    const std::size_t begin = out.size();
    for (const auto message : messages) {
        msgpack::append_array(out, 2);
        msgpack::append_event_time(out, {});
        msgpack::append_map(out, 1);
        msgpack::append_text(out, "message");
        msgpack::append_text(out, message);
    }
    msgpack::close(out, place, out.size() - begin);
    msgpack::append_map(out, chunk.empty() ? 1 : 2);
    msgpack::append_text(out, "size");
    msgpack::append_unsigned(out, messages.size());
    if (chunk.empty()) return out;
    msgpack::append_text(out, "chunk");
    msgpack::append_text(out, chunk);
    return out;
}

struct Window {
    explicit Window(bool acknowledgement = true) : window("dns", "p-", acknowledgement) {}

    std::string next() {
        std::string out;
        const bool there = window.next(out);
        CHECK(there == !out.empty());
        return out;
    }
    void lend(std::uint64_t from, std::uint64_t to) {
        for (std::uint64_t i = from; i <= to; ++i) window.lend(Ticket{i}, {records});
    }

    FluentWindow window;
    RecordBuffer records = records_of({"a", "b"}, Framing::none);
};

}  // namespace

TEST_CASE("a batch is one chunk: tag, entries with their times, their number and a name of its own") {
    Window one;
    one.lend(1, 2);
    CHECK(one.next() == expected({"a", "b"}, "p-1"));
    CHECK(one.next() == expected({"a", "b"}, "p-2"));
    CHECK(one.next().empty());
    one.window.lend(Ticket{3}, {one.records, 1});
    CHECK(one.next() == expected({"b"}, "p-3"));
}

TEST_CASE("where nobody acknowledges, a chunk has no name, and is forgotten when it is written") {
    Window one(false);
    one.lend(1, 2);
    CHECK(one.next() == expected({"a", "b"}, ""));
    CHECK(one.window.take_written() == Ticket{1});
    CHECK(one.window.batches() == 1);
    CHECK(one.next() == expected({"a", "b"}, ""));
    CHECK(one.window.take_written() == Ticket{2});
    CHECK(!one.window.awaits());
}

TEST_CASE("only so many chunks are under way, and an acknowledgement makes room for one") {
    Window one;
    one.lend(1, 6);
    for (int i = 0; i < 4; ++i) CHECK(!one.next().empty());
    CHECK(one.next().empty());
    REQUIRE(one.window.acknowledged("p-3"));
    CHECK(one.next() == expected({"a", "b"}, "p-5"));
    CHECK(one.next().empty());
}

TEST_CASE("batches settle in their order, whatever the order of the acknowledgements") {
    Window one;
    one.lend(1, 3);
    for (int i = 0; i < 3; ++i) (void)one.next();
    REQUIRE(one.window.acknowledged("p-2"));
    CHECK(!one.window.take_settled());
    REQUIRE(one.window.acknowledged("p-1"));
    CHECK(summary({*one.window.take_settled(), *one.window.take_settled()}) == "accepted 1, accepted 2");
    CHECK(!one.window.take_settled());
    CHECK(one.window.awaits());
    REQUIRE(one.window.acknowledged("p-3"));
    CHECK(!one.window.awaits());
}

TEST_CASE("a name that is not under way is told") {
    Window one;
    one.lend(1, 2);
    CHECK(!one.window.acknowledged(""));
    CHECK(!one.window.acknowledged("p-1"));
    (void)one.next();
    CHECK(!one.window.acknowledged("p-2"));
    CHECK(one.window.acknowledged("p-1"));
    CHECK(!one.window.acknowledged("p-1"));
}

TEST_CASE("when the session ends all that is not acknowledged goes again, under other names") {
    Window one;
    one.lend(1, 6);
    for (int i = 0; i < 4; ++i) (void)one.next();
    REQUIRE(one.window.acknowledged("p-2"));
    const auto outcomes = one.window.give_back(Outcome::Verdict::retry, "gone");
    CHECK(summary(outcomes) == "retry 1, accepted 2, retry 3, retry 4, retry 5, retry 6");
    CHECK(outcomes[0].words == "gone");
    CHECK(outcomes[0].handed_over);
    CHECK(!outcomes[4].handed_over);
    CHECK(one.window.batches() == 0);
    one.lend(7, 7);
    CHECK(one.next() == expected({"a", "b"}, "p-5"));
    CHECK(!one.window.acknowledged("p-1"));
}

}  // namespace tapferry
