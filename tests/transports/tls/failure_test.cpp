// Each way in which TLS does not come about: in people's words, and whether a person has to help.
#include "transports/tls/failure.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <fstream>
#include <thread>

#include "tests/transports/tls/tls_fixture.h"
#include "transports/stream.h"

namespace tapferry {
namespace {

struct Failing : TlsFixture {
    static void take(TlsPeer& peer) {
        (void)peer.shake_hands();
        (void)peer.read(1);
    }

    // What comes of one batch for that server.
    static std::string fate(const TlsServerOptions& options, const TlsOptions& tls,
                            const std::string& host = "127.0.0.1") {
        TlsServer receiver(options, {take});
        Address address = receiver.address();
        address.host = host;
        return fate(address, tls);
    }
    static std::string fate(const Address& address, const TlsOptions& tls) {
        auto options = stream({address}, tls);
        Stream sender(options);
        const auto records = records_of({"event"});
        const auto outcome = deliver(sender, {records}, Ticket{1});
        CHECK(!outcome.handed_over);
        std::string words = outcome.words;
        const std::string who = "TLS with " + address.text + ": ";
        if (words.starts_with(who)) words = words.substr(who.size());
        return summary({outcome}) + ": " + words;
    }
    [[nodiscard]] std::string fate_of(const CertificateWish& wish, const std::string& host = "127.0.0.1") {
        const Certificate made(folder, "made", wish, &authority);
        return fate(with(made), trusting(), host);
    }
    [[nodiscard]] std::string ca() const { return authority.file(); }
};

std::string date_part(const std::string& text) {
    return text.substr(0, text.find("on 2"));
}

}  // namespace

TEST_CASE_FIXTURE(Failing, "an expired certificate is called that, with the day") {
    CHECK(date_part(fate_of({.begins = -720h, .ends = -24h})) == "misconfigured 1: its certificate expired ");
}

TEST_CASE_FIXTURE(Failing, "a certificate that is not valid yet is called that") {
    CHECK(fate_of({.begins = 24h}).starts_with("misconfigured 1: its certificate is not valid before 2"));
}

TEST_CASE_FIXTURE(Failing, "a wrong name is told with the names that the certificate has") {
    CHECK(fate_of({.names = {"DNS:other.test"}}, "localhost") ==
          R"(misconfigured 1: its certificate is for "other.test", not for "localhost")");
    CHECK(fate_of({.names = {"DNS:other.test", "IP:10.0.0.1", "IP:2001:db8::1"}}) ==
          R"(misconfigured 1: its certificate is for "other.test", "10.0.0.1" and )"
          R"("2001:db8::1", not for "127.0.0.1")");
}

TEST_CASE_FIXTURE(Failing, "a name that holds what a terminal obeys is shown without it") {
    CHECK(fate_of({.owner = "a\x1b[31m\nred", .names = {}}) ==
          R"(misconfigured 1: its certificate holds no alternative names, so it is not for "127.0.0.1" )"
          R"((the common name "a?[31m?red" does not count))");
}

TEST_CASE_FIXTURE(Failing, "names without end are cut short") {
    CertificateWish wish;
    wish.names.clear();
    for (int i = 0; i < 500; ++i) wish.names.push_back("DNS:n" + std::to_string(i) + ".test");
    CHECK(fate_of(wish).ends_with(R"("n4.test" and 495 more, not for "127.0.0.1")"));
}

TEST_CASE_FIXTURE(Failing, "an authority that is not ours is named") {
    const Certificate stranger(folder, "stranger", {}, &other_authority);
    CHECK(fate(with(stranger), trusting()) ==
          "misconfigured 1: its certificate is issued by \"Other CA\", which is not in " + ca() +
              "; if that is an intermediate authority, the server has to send its certificate too");
    auto whole = with(stranger);
    whole.certificate_file = folder.path("whole.crt");
    std::ofstream(whole.certificate_file) << stranger.pem() << other_authority.pem();
    CHECK(fate(whole, trusting()) ==
          "misconfigured 1: its certificate comes from the authority \"Other CA\", which is not in " + ca());
}

TEST_CASE_FIXTURE(Failing, "a missing intermediate is named, and with it all is well") {
    const Certificate between(folder, "between", {.owner = "Between", .is_authority = true}, &authority);
    const Certificate leaf(folder, "leaf", {}, &between);
    CHECK(fate(with(leaf), trusting()).find("issued by \"Between\", which is not in") != std::string::npos);
    auto whole = with(leaf);
    whole.certificate_file = folder.path("whole.crt");
    std::ofstream(whole.certificate_file) << leaf.pem() << between.pem();
    TlsServer receiver(whole, {take});
    Stream sender(stream({receiver.address()}, trusting()));
    const auto records = records_of({"event"});
    CHECK(summary({deliver(sender, {records}, Ticket{1})}) == "sent 1");
}

TEST_CASE_FIXTURE(Failing,
                  "a self-signed certificate is called that, and is good when it is what one trusts") {
    const Certificate alone(folder, "alone", {}, nullptr);
    CHECK(fate(with(alone), trusting()) ==
          "misconfigured 1: its certificate is self-signed, and is not in " + ca());
    auto trusting_it = trusting();
    trusting_it.ca_file = alone.file();
    TlsServer receiver(with(alone), {take});
    Stream sender(stream({receiver.address()}, trusting_it));
    const auto records = records_of({"event"});
    CHECK(summary({deliver(sender, {records}, Ticket{1})}) == "sent 1");
}

TEST_CASE_FIXTURE(Failing, "a weak key is called that") {
    CHECK(fate_of({.rsa_bits = 1024}) ==
          "misconfigured 1: its certificate is refused: its key is too weak (RSA, 1024 bits)");
}

TEST_CASE_FIXTURE(Failing,
                  "a server that asks for a certificate and gets none, or a bad one, is understood") {
    auto options = asking_for_certificates();
    std::string alert;
    SUBCASE("1.2") {
        options.version = 12;
        alert = "handshake failure";
    }
    SUBCASE("1.3") {
        options.version = 13;
        alert = "certificate required";
    }
    CHECK(fate(options, trusting()) ==
          "misconfigured 1: it asks for a client certificate, and none is configured (it says \"" + alert +
              "\")");
    const Certificate stranger(folder, "stranger", {.owner = "tapferry"}, &other_authority);
    CHECK(fate(options, showing(stranger)) ==
          R"(misconfigured 1: it does not accept our client certificate (it says "unknown CA"))");
    const Certificate expired(folder, "expired", {.owner = "tapferry", .begins = -48h, .ends = -24h},
                              &authority);
    CHECK(fate(options, showing(expired)) ==
          R"(misconfigured 1: it does not accept our client certificate (it says "certificate expired"))");
}

TEST_CASE("an alert that OpenSSL has no words for is told by its number") {
    const auto words = [](int alert) {
        return failure_of(ERR_PACK(ERR_LIB_SSL, 0, SSL_AD_REASON_OFFSET + alert), {}).words;
    };
    CHECK(words(SSL_AD_ACCESS_DENIED) == "it refuses (it says \"access denied\")");
    CHECK(words(199) == "it refuses (it sends alert 199)");
}

TEST_CASE_FIXTURE(Failing, "a server that speaks older versions only is called that") {
    auto options = with(server);
    options.version = 12;
    auto tls = trusting();
    tls.min_version = TlsOptions::MinVersion::tls13;
    CHECK(fate(options, tls)
              .starts_with(
                  "misconfigured 1: it speaks no version of TLS that is allowed here, TLS 1.3 or newer"));
}

TEST_CASE_FIXTURE(Failing, "plain text on the other side is shown") {
    auto listener = Listener::on_loopback();
    std::thread peer([&] {
        auto accepted = listener.accept();
        accepted.write("220 mail.test ready\r\n");
        (void)accepted.read_to_end();
    });
    CHECK(fate(listener.address(), trusting()) ==
          R"(misconfigured 1: it does not speak TLS: it sends "220 mail.test ready??")");
    peer.join();
}

TEST_CASE_FIXTURE(Failing, "a peer that hangs up before it says anything may be no port for TLS") {
    auto listener = Listener::on_loopback();
    std::thread peer([&] {
        auto accepted = listener.accept();
        accepted.end_writing();
        (void)accepted.read_to_end();
    });
    CHECK(fate(listener.address(), trusting()) ==
          "retry 1: it closed the connection during the handshake (is it a port for TLS?)");
    peer.join();
}

TEST_CASE_FIXTURE(Failing, "a peer that never answers is given up after the connect timeout") {
    auto listener = Listener::on_loopback();
    auto options = stream({listener.address()}, trusting());
    options.connect_timeout = 50ms;
    Stream sender(options);
    const auto records = records_of({"event"});
    const auto outcome = deliver(sender, {records}, Ticket{1});
    CHECK(summary({outcome}) == "retry 1");
    CHECK(outcome.words == "TLS with " + listener.address().text +
                               ": it did not answer in time during the handshake (is it a port for TLS?)");
}

TEST_CASE_FIXTURE(Failing, "without verification everything passes but a wrong pin") {
    const Certificate stranger(folder, "stranger", {.names = {"DNS:other.test"}}, &other_authority);
    auto tls = trusting();
    tls.verify = false;
    {
        TlsServer receiver(with(stranger), {take});
        Stream sender(stream({receiver.address()}, tls));
        const auto records = records_of({"event"});
        CHECK(summary({deliver(sender, {records}, Ticket{1})}) == "sent 1");
    }
    tls.pins = {TlsPin{}};
    CHECK(fate(with(stranger), tls) ==
          "misconfigured 1: the key of its certificate is not the one that \"pin\" names");
}

TEST_CASE_FIXTURE(Failing, "files that cannot be used are named before anything is sent") {
    auto tls = trusting();
    tls.ca_file = folder.path("missing.crt");
    CHECK(fate(with(server), tls).ends_with("missing.crt cannot be read: No such file or directory"));
}

}  // namespace tapferry
