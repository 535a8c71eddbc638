#include <fstream>

#include "tests/transports/tls/tls_fixture.h"
#include "transports/stream.h"

namespace tapferry {
namespace {

// Stays until the sender goes.
void take_one(TlsPeer& peer) {
    CHECK(peer.shake_hands());
    CHECK(peer.read(6) == "event\n");
    CHECK(peer.read_to_end().empty());
}

void refuse(TlsPeer& peer) {
    (void)peer.shake_hands();
    (void)peer.read(1);
}

}  // namespace

TEST_CASE_FIXTURE(TlsFixture,
                  "batches arrive over TLS, of either version, at a server with a good certificate") {
    auto options = with(server);
    SUBCASE("1.2") {
        options.version = 12;
    }
    SUBCASE("1.3") {
        options.version = 13;
    }
    SUBCASE("1.3 without tickets") {
        options.version = 13;
        options.tickets = false;
    }
    TlsServer receiver(options, {take_one});
    Stream sender(stream({receiver.address()}, trusting()));
    const auto records = records_of({"event"});
    REQUIRE(sender.submit({records}, Ticket{1}, long_from_now()));
    CHECK(summary(outcomes_of(sender, 2)) == "sent 1, accepted 1");
    sender.finish(long_from_now());
    receiver.join();
}

TEST_CASE_FIXTURE(TlsFixture,
                  "the server is asked for by its name, by the configured one, and not by an address") {
    std::string asked = "nothing";
    TlsServer receiver(with(server), {[&](TlsPeer& peer) {
                           CHECK(peer.shake_hands());
                           asked = peer.asked_name();
                       }});
    auto tls = trusting();
    Address address = receiver.address();
    std::string expected;
    SUBCASE("by its name") {
        address.host = "localhost";
        expected = "localhost";
    }
    SUBCASE("by the configured name") {
        tls.server_name = "localhost";
        expected = "localhost";
    }
    SUBCASE("not by an address") {}
    Stream sender(stream({address}, tls));
    const auto records = records_of({"event"});
    REQUIRE(sender.submit({records}, Ticket{1}, long_from_now()));
    (void)outcomes_of(sender, 1);
    receiver.join();
    CHECK(asked == expected);
}

TEST_CASE_FIXTURE(TlsFixture, "batches of many records of TLS arrive whole and in order") {
    const auto large = many_records(64, 40000);
    std::string got;
    TlsServer receiver(with(server), {[&](TlsPeer& peer) {
                           CHECK(peer.shake_hands());
                           got = peer.read_to_end();
                       }});
    Stream sender(stream({receiver.address()}, trusting()));
    REQUIRE(sender.submit({large}, Ticket{1}, long_from_now()));
    CHECK(summary(outcomes_of(sender, 2)) == "sent 1, accepted 1");
    REQUIRE(sender.submit({large}, Ticket{2}, long_from_now()));
    CHECK(summary(outcomes_of(sender, 2)) == "sent 2, accepted 2");
    sender.finish(long_from_now());
    receiver.join();
    const std::string once{large.wire(0, large.size())};
    CHECK((got == once + once));
}

TEST_CASE_FIXTURE(TlsFixture,
                  "a clean stop says so, and the peer's end behind it makes everything accepted") {
    std::string got;
    TlsServer receiver(with(server), {[&](TlsPeer& peer) {
                           CHECK(peer.shake_hands());
                           got = peer.read_to_end();
                           peer.end_writing();
                       }});
    auto options = stream({receiver.address()}, trusting());
    options.replay_window = 1h;
    Stream sender(options);
    const auto records = records_of({"event"});
    REQUIRE(sender.submit({records}, Ticket{1}, long_from_now()));
    CHECK(summary(outcomes_of(sender, 1)) == "sent 1");
    sender.finish(long_from_now());
    CHECK(summary(outcomes_of(sender, 1)) == "accepted 1");
    receiver.join();
    CHECK(got == "event\n");
}

TEST_CASE_FIXTURE(TlsFixture,
                  "a peer's end in the window gives everything back, whether it says goodbye or not") {
    const bool says_goodbye = [] {
        bool yes = false;
        SUBCASE("it does") {
            yes = true;
        }
        SUBCASE("it does not") {}
        return yes;
    }();
    TlsServer receiver(with(server), {[&](TlsPeer& peer) {
                           CHECK(peer.shake_hands());
                           CHECK(peer.read(6) == "event\n");
                           if (says_goodbye) peer.end_writing();
                       }});
    auto options = stream({receiver.address()}, trusting());
    options.replay_window = 1h;
    Stream sender(options);
    const auto records = records_of({"event"});
    REQUIRE(sender.submit({records}, Ticket{1}, long_from_now()));
    const auto outcomes = outcomes_of(sender, 2);
    CHECK(summary(outcomes) == "sent 1, retry 1");
    CHECK(outcomes[1].words == "connection to " + receiver.address().text + ": closed by the peer");
    receiver.join();
}

TEST_CASE_FIXTURE(TlsFixture, "our certificate is shown to whoever asks for one") {
    auto options = asking_for_certificates();
    SUBCASE("1.2") {
        options.version = 12;
    }
    SUBCASE("1.3") {
        options.version = 13;
    }
    SUBCASE("1.3 without tickets: nothing says that it was accepted") {
        options.version = 13;
        options.tickets = false;
    }
    TlsServer receiver(options, {take_one});
    Stream sender(stream({receiver.address()}, showing(client)));
    const auto records = records_of({"event"});
    REQUIRE(sender.submit({records}, Ticket{1}, long_from_now()));
    CHECK(summary(outcomes_of(sender, 2)) == "sent 1, accepted 1");
    sender.finish(long_from_now());
    receiver.join();
}

TEST_CASE_FIXTURE(TlsFixture, "a key may stand in the certificate's file") {
    const std::string both = folder.path("both.pem");
    std::ofstream(both) << client.pem() << client.key_pem();
    auto tls = trusting();
    tls.certificate_file = both;
    TlsServer receiver(asking_for_certificates(), {take_one});
    Stream sender(stream({receiver.address()}, tls));
    const auto records = records_of({"event"});
    REQUIRE(sender.submit({records}, Ticket{1}, long_from_now()));
    CHECK(summary(outcomes_of(sender, 2)) == "sent 1, accepted 1");
    sender.finish(long_from_now());
    receiver.join();
}

TEST_CASE_FIXTURE(TlsFixture, "renewed files are read at the next connection") {
    const Certificate stranger(folder, "stranger", {.owner = "tapferry"}, &other_authority);
    TlsServer receiver(asking_for_certificates(), {refuse, take_one});
    auto tls = showing(client);
    tls.certificate_file = folder.path("mine.crt");
    tls.key_file = folder.path("mine.key");
    std::ofstream(tls.certificate_file) << stranger.pem();
    std::ofstream(tls.key_file) << stranger.key_pem();
    Stream sender(stream({receiver.address()}, tls));
    const auto records = records_of({"event"});
    CHECK(summary({deliver(sender, {records}, Ticket{1})}) == "misconfigured 1");
    std::filesystem::copy_file(client.file(), tls.certificate_file,
                               std::filesystem::copy_options::overwrite_existing);
    std::filesystem::copy_file(client.key_file(), tls.key_file,
                               std::filesystem::copy_options::overwrite_existing);
    REQUIRE(sender.submit({records}, Ticket{2}, long_from_now()));
    CHECK(summary(outcomes_of(sender, 2)) == "sent 2, accepted 2");
    sender.finish(long_from_now());
    receiver.join();
}

TEST_CASE_FIXTURE(TlsFixture, "files that have become unusable change nothing, and that is said once") {
    const auto tls = showing(client);
    TlsClient sessions(tls);
    CHECK(sessions.begin("localhost") != nullptr);
    CHECK(sessions.take_warning().empty());
    std::ofstream(tls.key_file) << "half of it is not there yet";
    CHECK(sessions.begin("localhost") != nullptr);
    CHECK(sessions.take_warning() ==
          tls.key_file + " holds no private key in PEM form; what was read from it before serves on");
    CHECK(sessions.begin("localhost") != nullptr);
    CHECK(sessions.take_warning().empty());
}

TEST_CASE_FIXTURE(TlsFixture, "certificates that end within a fortnight are told") {
    const Certificate ours(folder, "ours", {.owner = "tapferry", .ends = 250h}, &authority);
    const Certificate theirs(folder, "theirs", {.ends = 130h}, &authority);
    auto options = asking_for_certificates();
    options.certificate_file = theirs.file();
    options.key_file = theirs.key_file();
    TlsServer receiver(options, {take_one});
    Stream sender(stream({receiver.address()}, showing(ours)));
    const auto records = records_of({"event"});
    REQUIRE(sender.submit({records}, Ticket{1}, long_from_now()));
    (void)outcomes_of(sender, 2);
    const std::string first = sender.take_warning();
    const std::string second = sender.take_warning();
    CHECK(first.substr(0, first.find(", on 2")) ==
          "our certificate in " + ours.file() + " expires in 10 days");
    CHECK(second.substr(0, second.find(", on 2")) ==
          "the certificate of " + receiver.address().text + " expires in 5 days");
    CHECK(sender.take_warning().empty());
    sender.finish(long_from_now());
    receiver.join();
}

TEST_CASE_FIXTURE(TlsFixture, "a server that cannot be trusted is passed over for the next") {
    const Certificate stranger(folder, "stranger", {}, &other_authority);
    TlsServer bad(with(stranger), {refuse});
    TlsServer good(with(server), {take_one});
    Stream sender(stream({bad.address(), good.address()}, trusting()));
    const auto records = records_of({"event"});
    CHECK(summary({deliver(sender, {records}, Ticket{1})}) == "retry 1");
    REQUIRE(sender.submit({records}, Ticket{2}, long_from_now()));
    CHECK(summary(outcomes_of(sender, 2)) == "sent 2, accepted 2");
    sender.finish(long_from_now());
    good.join();
}

TEST_CASE_FIXTURE(TlsFixture, "when no server can be trusted, a person is needed") {
    const Certificate stranger(folder, "stranger", {}, &other_authority);
    TlsServer one(with(stranger), {refuse});
    TlsServer two(with(stranger), {refuse});
    Stream sender(stream({one.address(), two.address()}, trusting()));
    const auto records = records_of({"event"});
    CHECK(summary({deliver(sender, {records}, Ticket{1})}) == "retry 1");
    CHECK(summary({deliver(sender, {records}, Ticket{2})}) == "misconfigured 2");
    one.join();
    two.join();
}

}  // namespace tapferry
