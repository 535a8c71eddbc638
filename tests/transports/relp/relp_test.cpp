#include "transports/relp/relp.h"

#include "tests/transports/relp/relp_peer.h"
#include "tests/transports/tls/tls_fixture.h"
#include "tests/transports/transport_fixture.h"

namespace tapferry {
namespace {

RelpOptions options_for(const Address& address) {
    RelpOptions options;
    options.addresses = {address};
    return options;
}

RecordBuffer messages(std::initializer_list<std::string_view> texts) {
    return records_of(texts, Framing::none);
}

}  // namespace

TEST_CASE("messages are accepted when the receiver has answered each of them") {
    RelpReceiver receiver({[](RelpPeer& peer) {
        peer.open();
        const auto first = peer.read();
        CHECK(first.number == "2");
        CHECK(first.command == "syslog");
        CHECK(first.data == "<134>1 - first");
        CHECK(peer.take() == "two\nlines");
        peer.answer(first.number);
        peer.see_end();
    }});
    {
        Relp relp(options_for(receiver.address()));
        const auto records = messages({"<134>1 - first", "two\nlines"});
        const auto outcome = deliver(relp, {records}, Ticket{1});
        CHECK(summary({outcome}) == "accepted 1");
        CHECK(outcome.handed_over);
    }
    receiver.join();
}

TEST_CASE("nothing is accepted while one answer is missing") {
    RelpReceiver receiver({[](RelpPeer& peer) {
        peer.open();
        (void)peer.read();
        (void)peer.take();
        peer.see_end();
    }});
    {
        Relp relp(options_for(receiver.address()));
        const auto records = messages({"first", "second"});
        REQUIRE(relp.submit({records}, Ticket{1}, long_from_now()));
        CHECK(!relp.wait(now() + 200ms));
    }
    receiver.join();
}

TEST_CASE("only the records that are asked for are sent, and numbers go on from batch to batch") {
    RelpReceiver receiver({[](RelpPeer& peer) {
        peer.open();
        CHECK(peer.take() == "b");
        CHECK(peer.take() == "c");
        const auto last = peer.read();
        CHECK(last.number == "4");
        CHECK(last.data == "a");
        peer.answer(last.number);
        peer.see_end();
    }});
    {
        Relp relp(options_for(receiver.address()));
        const auto records = messages({"a", "b", "c"});
        CHECK(summary({deliver(relp, {records, 1}, Ticket{1})}) == "accepted 1");
        CHECK(summary({deliver(relp, {records, 0, 1}, Ticket{2})}) == "accepted 2");
    }
    receiver.join();
}

TEST_CASE("no more messages are under way than the window holds") {
    constexpr std::size_t window = 3;
    RelpReceiver receiver({[](RelpPeer& peer) {
        peer.open();
        std::vector<std::string> numbers;
        for (std::size_t i = 0; i < window; ++i) numbers.push_back(peer.read().number);
        for (std::size_t i = window; i < 20; ++i) {
            peer.answer(numbers[i - window]);
            numbers.push_back(peer.read().number);
        }
        // A message too many would come before the end.
        peer.see_end();
    }});
    {
        auto options = options_for(receiver.address());
        options.window = window;
        Relp relp(options);
        const auto records = many_records(20, 100, Framing::none);
        REQUIRE(relp.submit({records}, Ticket{1}, long_from_now()));
        while (relp.wait(now() + 200ms)) {
        }
    }
    receiver.join();
}

TEST_CASE("several batches are under way at a time, and come out in their order") {
    RelpReceiver receiver({[](RelpPeer& peer) {
        peer.open();
        std::vector<std::string> numbers;
        for (int i = 0; i < 6; ++i) numbers.push_back(peer.read().number);
        for (auto number = numbers.rbegin(); number != numbers.rend(); ++number) peer.answer(*number);
        peer.see_end();
    }});
    {
        Relp relp(options_for(receiver.address()));
        const auto records = messages({"a", "b"});
        for (std::uint64_t i = 1; i <= 3; ++i) REQUIRE(relp.submit({records}, Ticket{i}, long_from_now()));
        CHECK(summary(outcomes_of(relp, 3)) == "accepted 1, accepted 2, accepted 3");
    }
    receiver.join();
}

TEST_CASE("messages that fill many writes arrive whole and in order") {
    const auto large = many_records(200, 20000, Framing::none);
    RelpReceiver receiver({[&](RelpPeer& peer) {
        peer.open();
        for (const Record& record : large.records()) CHECK(peer.take() == large.content(record));
        peer.see_end();
    }});
    {
        Relp relp(options_for(receiver.address()));
        CHECK(summary({deliver(relp, {large}, Ticket{1})}) == "accepted 1");
    }
    receiver.join();
}

TEST_CASE(
    "a message that the receiver does not take is refused under its words, and the others are accepted") {
    RelpReceiver receiver({[](RelpPeer& peer) {
        peer.open();
        (void)peer.take();
        peer.answer(peer.read().number, "500 not \x1b[1m this one");
        (void)peer.take();
        peer.see_end();
    }});
    {
        Relp relp(options_for(receiver.address()));
        const auto records = messages({"a", "b", "c"});
        const auto outcome = deliver(relp, {records}, Ticket{1});
        CHECK(summary({outcome}) == "accepted 1");
        CHECK(outcome.refused_records == std::vector<std::uint32_t>{1});
        CHECK(outcome.words == "500 not ?[1m this one");
    }
    receiver.join();
}

TEST_CASE_FIXTURE(TlsFixture, "a session goes over TLS as it does without") {
    TlsServer receiver(with(server), {[](TlsPeer& connection) {
                           CHECK(connection.shake_hands());
                           RelpPeer peer(connection);
                           peer.open();
                           CHECK(peer.take() == "event");
                           const auto close = peer.read();
                           CHECK(close.command == "close");
                           peer.answer(close.number, "");
                           peer.see_end();
                       }});
    auto options = options_for(by_name(receiver.address()));
    options.tls = trusting();
    Relp relp(options);
    const auto records = messages({"event"});
    CHECK(summary({deliver(relp, {records}, Ticket{1})}) == "accepted 1");
    relp.finish(long_from_now());
    receiver.join();
}

TEST_CASE_FIXTURE(TlsFixture, "a certificate that is not trusted needs a person") {
    TlsServer receiver(with(server), {[](TlsPeer& connection) { (void)connection.shake_hands(); }});
    auto options = options_for(by_name(receiver.address()));
    options.tls = trusting();
    options.tls->ca_file = other_authority.file();
    Relp relp(options);
    const auto records = messages({"event"});
    const auto outcome = deliver(relp, {records}, Ticket{1});
    CHECK(summary({outcome}) == "misconfigured 1");
    CHECK(!outcome.handed_over);
    receiver.join();
}

}  // namespace tapferry
