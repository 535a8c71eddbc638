#include <atomic>
#include <future>

#include "tests/transports/relp/relp_peer.h"
#include "tests/transports/transport_fixture.h"
#include "transports/relp/relp.h"

namespace tapferry {
namespace {

struct Sender {
    explicit Sender(std::vector<Address> addresses) { options.addresses = std::move(addresses); }
    Sender(const RelpReceiver& receiver) : Sender(std::vector{receiver.address()}) {}

    Relp& relp() { return transport ? *transport : transport.emplace(options); }
    Outcome send(std::uint64_t ticket = 1) { return deliver(relp(), {records}, Ticket{ticket}); }

    RelpOptions options;
    RecordBuffer records = records_of({"a", "b", "c"}, Framing::none);
    std::optional<Relp> transport;
};

std::string with(const std::string& words, const Address& address) {
    return "RELP with " + address.text + ": " + words;
}

}  // namespace

TEST_CASE("after a lost connection only what was not answered comes back, and goes over the next one") {
    RelpReceiver receiver({[](RelpPeer& peer) {
                               peer.open();
                               CHECK(peer.take() == "a");
                               CHECK(peer.read().data == "b");
                           },
                           [](RelpPeer& peer) {
                               peer.open();
                               const auto again = peer.read();
                               CHECK(again.number == "2");
                               CHECK(again.data == "b");
                               peer.answer(again.number);
                               CHECK(peer.take() == "c");
                           }});
    Sender sender(receiver);
    const auto outcome = sender.send();
    CHECK(summary({outcome}) == "retry 1");
    CHECK(outcome.retry_records == std::vector<std::uint32_t>{1, 2});
    CHECK(outcome.handed_over);
    REQUIRE(sender.relp().submit({sender.records, 1}, Ticket{2}, long_from_now()));
    CHECK(summary(outcomes_of(sender.relp(), 1)) == "accepted 2");
    receiver.join();
}

TEST_CASE("answers that came just before the connection broke count") {
    RelpReceiver receiver({[](RelpPeer& peer) {
        peer.open();
        for (int i = 0; i < 3; ++i) (void)peer.read();
        peer.write("2 rsp 6 200 OK\n3 rsp 6 200 OK\n4 rsp 6 200 OK\n");
    }});
    Sender sender(receiver);
    CHECK(summary({sender.send()}) == "accepted 1");
    receiver.join();
}

TEST_CASE("a receiver that wants TLS is recognised by its alert, or guessed by its silence") {
    bool alerts = false;
    SUBCASE("an alert") {
        alerts = true;
    }
    SUBCASE("silence") {}
    RelpReceiver receiver({[alerts](RelpPeer& peer) {
        CHECK(peer.read().command == "open");
        if (alerts) peer.write(std::string_view("\x15\x03\x01\x00\x02\x02\x46", 7));
    }});
    Sender sender(receiver);
    const auto words = sender.send().words;
    CHECK(words.ends_with(alerts ? ", which is not RELP (that is TLS, and none is configured)"
                                 : ": closed by the peer (does that port speak TLS?)"));
    receiver.join();
}

TEST_CASE("batches are given back before a new one is taken") {
    std::atomic<bool> has_read{false};
    std::promise<void> leave;
    RelpReceiver receiver({[&](RelpPeer& peer) {
        peer.open();
        (void)peer.read();
        has_read = true;
        leave.get_future().wait();
    }});
    Sender sender(receiver);
    REQUIRE(sender.relp().submit({sender.records}, Ticket{1}, long_from_now()));
    while (!has_read) CHECK(!sender.relp().wait(now() + 1ms));
    leave.set_value();
    receiver.join();
    CHECK(!sender.relp().submit({sender.records}, Ticket{2}, long_from_now()));
    CHECK(summary(outcomes_of(sender.relp(), 1)) == "retry 1");
    CHECK(!sender.relp().wait(now()));
}

TEST_CASE("a receiver that closes the session has answered what it has answered") {
    RelpReceiver receiver({[](RelpPeer& peer) {
        peer.open();
        (void)peer.take();
        peer.write("0 serverclose 0\n");
        while (!peer.read().command.empty()) {
        }
    }});
    Sender sender(receiver);
    const auto outcome = sender.send();
    CHECK(summary({outcome}) == "retry 1");
    CHECK(outcome.retry_records == std::vector<std::uint32_t>{1, 2});
    CHECK(outcome.words == with("it closes the session", receiver.address()));
    receiver.join();
}

TEST_CASE("a session that ends while nothing is under way is made again, and nobody hears of it") {
    RelpReceiver receiver({[](RelpPeer& peer) {
                               peer.open();
                               for (int i = 0; i < 3; ++i) (void)peer.take();
                               peer.write("0 serverclose 0\n");
                               peer.see_end();
                           },
                           [](RelpPeer& peer) {
                               peer.open();
                               for (int i = 0; i < 3; ++i) (void)peer.take();
                               peer.see_end();
                           }});
    Sender sender(receiver);
    CHECK(summary({sender.send(1)}) == "accepted 1");
    CHECK(!sender.relp().wait(now() + 100ms));
    CHECK(summary({sender.send(2)}) == "accepted 2");
    sender.transport.reset();
    receiver.join();
}

TEST_CASE("a receiver that refuses the session, or does not take syslog, needs a person, and is quoted") {
    std::string answer;
    std::string words;
    SUBCASE("refuses") {
        answer = "500 required command missing";
        words = "it refuses the session: \"500 required command missing\"";
    }
    SUBCASE("no syslog") {
        answer = "200 OK\nrelp_version=0\ncommands=eventlog";
        words = "it does not offer the command \"syslog\"";
    }
    SUBCASE("no answer") {
        answer = "hello";
        words = "it refuses the session: \"hello\"";
    }
    RelpReceiver receiver({[&](RelpPeer& peer) {
        peer.answer(peer.read().number, answer);
        peer.see_end();
    }});
    Sender sender(receiver);
    const auto outcome = sender.send();
    CHECK(summary({outcome}) == "misconfigured 1");
    CHECK(outcome.words == with(words, receiver.address()));
    CHECK(!outcome.handed_over);
    receiver.join();
}

TEST_CASE("something that does not speak RELP needs a person") {
    RelpReceiver receiver({[](RelpPeer& peer) {
        (void)peer.read();
        peer.write("HTTP/1.1 400 Bad Request\r\n");
        peer.see_end();
    }});
    Sender sender(receiver);
    const auto outcome = sender.send();
    CHECK(summary({outcome}) == "misconfigured 1");
    CHECK(outcome.words ==
          with("it sends \"HTTP/1.1 400 Bad Request??\", which is not RELP", receiver.address()));
    receiver.join();
}

TEST_CASE(
    "a receiver that answers what nobody asked, or does not answer, is left, and what it answered before "
    "counts") {
    struct Row {
        std::string bytes;
        std::string words;
    };
    const std::string taken = "2 rsp 6 200 OK\n";
    for (const Row& row :
         {Row{"5 rsp 6 200 OK\n", "it answers \"200 OK\" to number 5, which awaits no answer"},
          Row{"1 rsp 6 200 OK\n", "it answers \"200 OK\" to number 1, which awaits no answer"},
          Row{"0 rsp 6 200 OK\n", "it answers \"200 OK\" to number 0, which awaits no answer"},
          Row{taken, "it answers \"200 OK\" to number 2, which awaits no answer"},
          Row{"3 rsp 0\n", "it answers \"\", which has no code"},
          Row{"3 rsp 2 OK\n", "it answers \"OK\", which has no code"},
          Row{"3 syslog 5 hello\n", "it sends \"syslog\", which is no answer"},
          Row{"3 rsp 99999 200 OK", "it sends \"3 rsp 99999 200 OK\", which is not RELP"},
          Row{std::string(3, '\0'), "it sends \"???\", which is not RELP"}}) {
        CAPTURE(row.words);
        RelpReceiver receiver({[&](RelpPeer& peer) {
            peer.open();
            for (int i = 0; i < 3; ++i) (void)peer.read();
            peer.write(taken + row.bytes);
            peer.see_end();
        }});
        Sender sender(receiver);
        const auto outcome = sender.send();
        CHECK(summary({outcome}) == "retry 1");
        CHECK(outcome.retry_records == std::vector<std::uint32_t>{1, 2});
        CHECK(outcome.words == with(row.words, receiver.address()));
        receiver.join();
    }
}

TEST_CASE("a receiver that says nothing when it is greeted, or answers no message, is left in time") {
    bool greets = false;
    std::string words;
    SUBCASE("says nothing") {
        words = "it does not answer: is it a RELP receiver?";
    }
    SUBCASE("answers no message") {
        greets = true;
        words = "it has answered nothing for 1 s";
    }
    RelpReceiver receiver({[&](RelpPeer& peer) {
        if (greets) peer.open();
        while (!peer.read().command.empty()) {
        }
    }});
    Sender sender(receiver);
    (greets ? sender.options.answer_timeout : sender.options.connect_timeout) = 200ms;
    const auto outcome = sender.send();
    CHECK(summary({outcome}) == "retry 1");
    CHECK(outcome.words == with(words, receiver.address()));
    receiver.join();
}

TEST_CASE("the next of several receivers is tried, and a person is needed when none of them can be used") {
    const auto refuse = [](RelpPeer& peer) {
        peer.answer(peer.read().number, "500 no");
        peer.see_end();
    };
    RelpReceiver first({refuse, refuse});
    RelpReceiver second({[](RelpPeer& peer) {
                             peer.open();
                             for (int i = 0; i < 3; ++i) (void)peer.take();
                         },
                         refuse});
    Sender sender({first.address(), second.address()});
    CHECK(summary({sender.send(1)}) == "retry 1");
    CHECK(summary({sender.send(2)}) == "accepted 2");
    // The second one is gone now: what is sent first may still go there.
    auto outcome = sender.send(3);
    if (outcome.words.find("connection to") != std::string::npos) outcome = sender.send(4);
    CHECK(summary({outcome}).starts_with("retry "));
    CHECK(summary({sender.send(5)}) == "misconfigured 5");
    first.join();
    second.join();
}

TEST_CASE("nobody who listens is told with the address, and tried again") {
    const RefusingPort nobody;
    Sender sender({nobody.address()});
    const auto outcome = sender.send();
    CHECK(summary({outcome}) == "retry 1");
    CHECK(!outcome.handed_over);
    CHECK(outcome.words == "connect to " + nobody.address().text + ": Connection refused");
}

TEST_CASE("a stop says close when everything is answered, and takes no more batches") {
    bool at_once = false;
    SUBCASE("everything is answered when it comes") {
        at_once = true;
    }
    SUBCASE("answers come later") {}
    RelpReceiver receiver({[&](RelpPeer& peer) {
        peer.open();
        for (int i = 0; i < 3; ++i) (void)peer.take();
        const auto close = peer.read();
        CHECK(close.number == "5");
        CHECK(close.command == "close");
        CHECK(close.data.empty());
        peer.write(close.number + " rsp 0\n0 serverclose 0\n");
        peer.see_end();
    }});
    Sender sender(receiver);
    REQUIRE(sender.relp().submit({sender.records}, Ticket{1}, long_from_now()));
    if (at_once) CHECK(summary(outcomes_of(sender.relp(), 1)) == "accepted 1");
    sender.relp().finish(long_from_now());
    CHECK(!sender.relp().submit({sender.records}, Ticket{2}, long_from_now()));
    if (!at_once) CHECK(summary(outcomes_of(sender.relp(), 1)) == "accepted 1");
    receiver.join();
}

TEST_CASE(
    "a stop does not wait for a receiver that answers no close, and all is accepted that was answered") {
    std::function<void(RelpPeer&)> last;
    SUBCASE("is silent") {
        last = [](RelpPeer& peer) { peer.see_end(); };
    }
    SUBCASE("hangs up") {
        last = [](RelpPeer&) {};
    }
    SUBCASE("sends garbage") {
        last = [](RelpPeer& peer) { peer.write("x"); };
    }
    RelpReceiver receiver({[&](RelpPeer& peer) {
        peer.open();
        for (int i = 0; i < 3; ++i) (void)peer.take();
        CHECK(peer.read().command == "close");
        last(peer);
    }});
    Sender sender(receiver);
    REQUIRE(sender.relp().submit({sender.records}, Ticket{1}, long_from_now()));
    sender.relp().finish(long_from_now());
    CHECK(summary(outcomes_of(sender.relp(), 1)) == "accepted 1");
    receiver.join();
}

TEST_CASE("what is not answered when the time to stop is over comes back") {
    RelpReceiver receiver({[](RelpPeer& peer) {
        peer.open();
        (void)peer.take();
        while (!peer.read().command.empty()) {
        }
    }});
    Sender sender(receiver);
    REQUIRE(sender.relp().submit({sender.records}, Ticket{1}, long_from_now()));
    sender.relp().finish(now() + 300ms);
    const auto outcome = outcomes_of(sender.relp(), 1).front();
    CHECK(summary({outcome}) == "retry 1");
    CHECK(outcome.retry_records == std::vector<std::uint32_t>{1, 2});
    receiver.join();
}

}  // namespace tapferry
