#include "transports/fluent/fluent.h"

#include "tests/transports/fluent/fluent_peer.h"
#include "tests/transports/tls/tls_fixture.h"
#include "tests/transports/transport_fixture.h"
#include "transports/fluent/digest.h"

namespace tapferry {
namespace {

struct Sender {
    explicit Sender(std::vector<Address> addresses) { options.addresses = std::move(addresses); }
    explicit Sender(const FluentReceiver& receiver) : Sender(std::vector{receiver.address()}) {}

    Fluent& fluent() { return transport ? *transport : transport.emplace(options); }
    Outcome send(std::uint64_t ticket = 1) { return deliver(fluent(), {records}, Ticket{ticket}); }
    void submit(std::uint64_t ticket) {
        REQUIRE(fluent().submit({records}, Ticket{ticket}, long_from_now()));
    }

    FluentOptions options;
    RecordBuffer records = records_of({"a", "b"}, Framing::none);
    std::optional<Fluent> transport;
};

std::string with(const std::string& words, const Address& address) {
    return "forward protocol with " + address.text + ": " + words;
}

std::string helo(const std::string& salt = "") {
    std::string out;
    msgpack::append_array(out, 2);
    msgpack::append_text(out, "HELO");
    msgpack::append_map(out, 2);
    msgpack::append_text(out, "nonce");
    out += "\xC4\x06nonce!";  // bytes
    msgpack::append_text(out, "auth");
    msgpack::append_text(out, salt);
    return out;
}

std::string pong(bool accepted, const std::string& reason, const std::string& digest) {
    std::string out;
    msgpack::append_array(out, 5);
    msgpack::append_text(out, "PONG");
    msgpack::append_boolean(out, accepted);
    msgpack::append_text(out, reason);
    msgpack::append_text(out, "receiver");
    msgpack::append_text(out, digest);
    return out;
}

// Asks for the key, checks that the sender knows it, and gives the salt that it chose.
std::string log_in(FluentPeer& peer, const std::string& salt = "", const std::string& key = "key") {
    peer.write(helo(salt));
    CHECK(peer.read(1) == "\x96");
    CHECK(peer.read_text() == "PING");
    CHECK(peer.read_text() == "sender");
    const std::string own_salt = peer.read_text();
    CHECK(own_salt.size() == 32);
    CHECK(peer.read_text() == fluent_digest({own_salt, "sender", "nonce!", key}));
    CHECK(peer.read_text() == (salt.empty() ? "" : "user"));
    CHECK(peer.read_text() == (salt.empty() ? "" : fluent_digest({salt, "user", "password"})));
    return own_salt;
}

}  // namespace

TEST_CASE("batches are accepted when the receiver has acknowledged their chunks") {
    FluentReceiver receiver({[](FluentPeer& peer) {
        CHECK(peer.take().size() > 20);
        const auto second = peer.read_chunk();
        const auto third = peer.read_chunk();
        CHECK(second.chunk != third.chunk);
        CHECK(second.size == "\x02");
        peer.acknowledge(third.chunk);
        peer.acknowledge(second.chunk);
        peer.see_end();
    }});
    Sender sender(receiver);
    CHECK(summary({sender.send(1)}) == "accepted 1");
    sender.submit(2);
    sender.submit(3);
    CHECK(summary(outcomes_of(sender.fluent(), 2)) == "accepted 2, accepted 3");
    sender.transport.reset();
    receiver.join();
}

TEST_CASE("nothing is accepted without an acknowledgement, and after a lost connection it goes again") {
    FluentReceiver receiver({[](FluentPeer& peer) {
                                 (void)peer.take();
                                 (void)peer.read_chunk();
                             },
                             [](FluentPeer& peer) { (void)peer.take(); }});
    Sender sender(receiver);
    sender.submit(1);
    sender.submit(2);
    const auto outcomes = outcomes_of(sender.fluent(), 2);
    CHECK(summary(outcomes) == "accepted 1, retry 2");
    CHECK(outcomes[1].words == "connection to " + receiver.address().text + ": closed by the peer");
    CHECK(summary({sender.send(3)}) == "accepted 3");
    receiver.join();
}

TEST_CASE_FIXTURE(TlsFixture, "a session goes over TLS as it does without") {
    TlsServer receiver(with(server), {[](TlsPeer& connection) {
                           CHECK(connection.shake_hands());
                           FluentPeer peer(connection);
                           (void)peer.take();
                           peer.see_end();
                       }});
    Sender sender({by_name(receiver.address())});
    sender.options.tls = trusting();
    CHECK(summary({sender.send()}) == "accepted 1");
    sender.fluent().finish(long_from_now());
    receiver.join();
}

TEST_CASE(
    "a receiver that asks for the key gets it, and shows that it knows it too, before anything is sent") {
    std::string salt;
    SUBCASE("the key alone") {}
    SUBCASE("with a user name") {
        salt = "salt";
    }
    FluentReceiver receiver({[&](FluentPeer& peer) {
        const std::string own_salt = log_in(peer, salt);
        peer.write(pong(true, "", fluent_digest({own_salt, "receiver", "nonce!", "key"})));
        (void)peer.take();
        peer.see_end();
    }});
    Sender sender(receiver);
    sender.options.hostname = "sender";
    sender.options.shared_key = "key";
    sender.options.username = "user";
    sender.options.password = "password";
    CHECK(summary({sender.send()}) == "accepted 1");
    sender.transport.reset();
    receiver.join();
}

TEST_CASE(
    "a receiver that does not let us in, does not know the key, or wants what is not configured, needs a "
    "person") {
    struct Row {
        std::string words;
        std::string key;
        FluentReceiver::Step step;
    };
    const auto answer = [](bool accepted, const std::string& reason) {
        return [=](FluentPeer& peer) {
            (void)log_in(peer);
            peer.write(pong(accepted, reason, std::string(128, '0')));
            peer.see_end();
        };
    };
    const auto ask = [](const std::string& salt) {
        return [=](FluentPeer& peer) {
            peer.write(helo(salt));
            while (!peer.read(1).empty()) {
            }
        };
    };
    for (const Row& row :
         {Row{"it does not let us in: \"shared_key mismatch\"", "key", answer(false, "shared_key mismatch")},
          Row{"it does not let us in: \"... is no good\"", "hunter2",
              [](FluentPeer& peer) {
                  (void)log_in(peer, "", "hunter2");
                  peer.write(pong(false, "hunter2 is no good", std::string(128, '0')));
                  peer.see_end();
              }},
          Row{"it does not know the shared key", "key", answer(true, "")},
          Row{"it asks for a user name, and none is configured", "key", ask("salt")},
          Row{"it asks for a shared key, and none is configured", "", ask("")},
          Row{"it sends \"HTTP/1.1 400\", which is no answer of the forward protocol", "key",
              [](FluentPeer& peer) {
                  peer.write("HTTP/1.1 400");
                  peer.see_end();
              }}}) {
        CAPTURE(row.words);
        FluentReceiver receiver({row.step});
        Sender sender(receiver);
        sender.options.hostname = "sender";
        sender.options.shared_key = row.key;
        const auto outcome = sender.send();
        CHECK(summary({outcome}) == "misconfigured 1");
        CHECK(outcome.words == with(row.words, receiver.address()));
        receiver.join();
    }
}

TEST_CASE("a receiver that acknowledges what was not sent, or says something else, is left") {
    struct Row {
        std::string bytes;
        std::string words;
    };
    for (const Row& row : {Row{"\x81\xA3"
                               "ack"
                               "\xA1x",
                               "it acknowledges \"x\", which was not sent"},
                           Row{"\x81\xA4"
                               "nack"
                               "\xA1x",
                               "it sends \"??nack?x\", which is no answer of the forward protocol"},
                           Row{"\xC1", "it sends \"?\", which is no answer of the forward protocol"}}) {
        CAPTURE(row.words);
        FluentReceiver receiver({[&](FluentPeer& peer) {
            (void)peer.read_chunk();
            peer.write(row.bytes);
            peer.see_end();
        }});
        Sender sender(receiver);
        const auto outcome = sender.send();
        CHECK(summary({outcome}) == "retry 1");
        CHECK(outcome.words == with(row.words, receiver.address()));
        receiver.join();
    }
}

TEST_CASE("a receiver that asks for no key, does not answer it, or acknowledges nothing, is left in time") {
    std::string words;
    std::string key;
    std::string says;
    SUBCASE("asks for no key") {
        key = "key";
        words = "it does not ask for the shared key: is one configured there?";
    }
    SUBCASE("does not answer the key") {
        key = "key";
        says = helo();
        words = "it does not answer the shared key";
    }
    SUBCASE("acknowledges nothing") {
        words = "it has acknowledged nothing for 1 s";
    }
    FluentReceiver receiver({[&](FluentPeer& peer) {
        if (!says.empty()) peer.write(says);
        while (!peer.read(1).empty()) {
        }
    }});
    Sender sender(receiver);
    sender.options.shared_key = key;
    (key.empty() ? sender.options.answer_timeout : sender.options.connect_timeout) = 200ms;
    const auto outcome = sender.send();
    CHECK(summary({outcome}) == "retry 1");
    CHECK(outcome.words == with(words, receiver.address()));
    receiver.join();
}

TEST_CASE(
    "without acknowledgement a batch is sent, and accepted when the receiver's kernel has had it long "
    "enough") {
    FluentReceiver receiver({[&](FluentPeer& peer) {
        CHECK(peer.read_chunk().chunk.empty());
        CHECK(peer.read_chunk().chunk.empty());
        peer.see_end();
    }});
    Sender sender(receiver);
    sender.options.acknowledgement = false;
    sender.options.replay_window = 0ms;
    sender.submit(1);
    CHECK(summary(outcomes_of(sender.fluent(), 2)) == "sent 1, accepted 1");
    sender.submit(2);
    CHECK(summary(outcomes_of(sender.fluent(), 2)) == "sent 2, accepted 2");
    sender.transport.reset();
    receiver.join();
}

TEST_CASE(
    "without acknowledgement a lost connection gives back what was sent lately, and an end in good order "
    "accepts it") {
    bool stops = false;
    SUBCASE("lost") {}
    SUBCASE("in good order") {
        stops = true;
    }
    FluentReceiver receiver({[&](FluentPeer& peer) {
        (void)peer.read_chunk();
        if (stops) peer.see_end();
    }});
    Sender sender(receiver);
    sender.options.acknowledgement = false;
    sender.options.replay_window = 1h;
    sender.submit(1);
    CHECK(summary(outcomes_of(sender.fluent(), 1)) == "sent 1");
    if (stops) sender.fluent().finish(long_from_now());
    CHECK(summary(outcomes_of(sender.fluent(), 1)) == (stops ? "accepted 1" : "retry 1"));
    receiver.join();
}

TEST_CASE("a stop waits for acknowledgements, but not beyond its time") {
    bool answers = false;
    SUBCASE("they come") {
        answers = true;
    }
    SUBCASE("they do not come") {}
    FluentReceiver receiver({[&](FluentPeer& peer) {
        const auto chunk = peer.read_chunk();
        if (answers) peer.acknowledge(chunk.chunk);
        peer.see_end();
    }});
    Sender sender(receiver);
    sender.submit(1);
    sender.fluent().finish(answers ? long_from_now() : now() + 300ms);
    CHECK(!sender.fluent().submit({sender.records}, Ticket{2}, long_from_now()));
    CHECK(summary(outcomes_of(sender.fluent(), 1)) == (answers ? "accepted 1" : "retry 1"));
    sender.transport.reset();
    receiver.join();
}

}  // namespace tapferry
