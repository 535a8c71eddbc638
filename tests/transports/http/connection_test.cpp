#include "tests/transports/http/http_server.h"
#include "tests/transports/tls/tls_fixture.h"
#include "transports/http/plain_dialect.h"
#include "transports/http/sender.h"

namespace tapferry {
namespace {

using Verdict = Outcome::Verdict;

Sender sender_to(HttpServers servers) {
    HttpOptions options;
    options.separator = options.suffix = "\n";
    options.servers = std::move(servers);
    return Sender(options.servers, std::make_unique<PlainDialect>(options));
}

Url url_at(const Address& address) {
    return url_of("http://" + address.text + "/");
}

const RecordBuffer& event() {
    static const RecordBuffer records = records_of({"event"}, Framing::none);
    return records;
}

}  // namespace

TEST_CASE("a connection that the server has closed is made anew, and nothing is told of it") {
    HttpServer server({{http_answer(200)}, {http_answer(200)}});
    Sender sender = sender_to(servers_at({server.url()}));
    CHECK(deliver(sender, {event()}, Ticket{1}).verdict == Verdict::accepted);
    server.wait_until_closed(1);
    CHECK(deliver(sender, {event()}, Ticket{2}).verdict == Verdict::accepted);
}

TEST_CASE("a connection that is old, or that the server wants to close, is not used again") {
    HttpServer old({{http_answer(200)}, {http_answer(200)}});
    HttpServers servers = servers_at({old.url()});
    servers.reopen_after = 0ms;
    Sender sender = sender_to(servers);
    for (std::uint64_t i = 1; i <= 2; ++i)
        CHECK(deliver(sender, {event()}, Ticket{i}).verdict == Verdict::accepted);
    HttpServer closing({{http_answer(200, "", "Connection: close\r\n")}, {http_answer(200)}});
    Sender other = sender_to(servers_at({closing.url()}));
    for (std::uint64_t i = 1; i <= 2; ++i)
        CHECK(deliver(other, {event()}, Ticket{i}).verdict == Verdict::accepted);
}

TEST_CASE("bytes behind an answer are nobody's answer") {
    HttpServer server({{http_answer(200) + http_answer(200)}, {http_answer(503)}});
    Sender sender = sender_to(servers_at({server.url()}));
    CHECK(deliver(sender, {event()}, Ticket{1}).verdict == Verdict::accepted);
    CHECK(deliver(sender, {event()}, Ticket{2}).verdict == Verdict::retry);
}

TEST_CASE("when one server cannot be had, the batch goes to the next and nothing is told") {
    const RefusingPort dead;
    HttpServer alive({{http_answer(200), http_answer(200)}});
    Sender sender = sender_to(servers_at({url_at(dead.address()), alive.url()}));
    CHECK(deliver(sender, {event()}, Ticket{1}).verdict == Verdict::accepted);
    CHECK(deliver(sender, {event()}, Ticket{2}).verdict == Verdict::accepted);
}

TEST_CASE("when no server can be had, the batch goes again, and was not handed over") {
    const RefusingPort one, two;
    Sender sender = sender_to(servers_at({url_at(one.address()), url_at(two.address())}));
    const Outcome outcome = deliver(sender, {event()}, Ticket{1});
    CHECK(outcome.verdict == Verdict::retry);
    CHECK(!outcome.handed_over);
    CHECK(outcome.words.find("Connection refused") != std::string::npos);
}

TEST_CASE("a server that fails is left for the next one") {
    HttpServer bad({{http_answer(503)}});
    HttpServer good({{http_answer(200)}});
    Sender sender = sender_to(servers_at({bad.url(), good.url()}));
    CHECK(deliver(sender, {event()}, Ticket{1}).verdict == Verdict::retry);
    CHECK(deliver(sender, {event()}, Ticket{2}).verdict == Verdict::accepted);
}

TEST_CASE("a server that takes a request slowly is waited for, although our kernel has it all at once") {
    constexpr std::size_t piece = 4 << 10, pieces = 40;
    auto listener = Listener::on_loopback(piece);
    HttpServers servers = servers_at({url_at(listener.address())});
    servers.timeout = 500ms;
    Sender sender = sender_to(servers);
    std::thread slow([&] {
        Peer peer = listener.accept();
        // Longer than the time-out in all, and much shorter each time.
        for (std::size_t i = 0; i < pieces; ++i) {
            (void)peer.read(piece);
            std::this_thread::sleep_for(20ms);
        }
        (void)peer.read(piece * pieces);
        peer.write(http_answer(200));
    });
    const RecordBuffer large = records_of({std::string(2 * piece * pieces, 'x')}, Framing::none);
    CHECK(deliver(sender, {large}, Ticket{1}).verdict == Verdict::accepted);
    slow.join();
}

TEST_CASE("what is said before the whole request has left is only said of it when the rest is taken, too") {
    constexpr std::size_t much = 8 << 20;
    const RecordBuffer large = records_of({std::string(much, 'x')}, Framing::none);
    for (const bool takes : {false, true}) {
        auto listener = Listener::on_loopback();
        Sender sender = sender_to(servers_at({url_at(listener.address())}));
        std::string body;
        std::thread hasty([&] {
            Peer peer = listener.accept();
            std::string head;
            while (!head.ends_with("\r\n\r\n")) head += peer.read(1);
            peer.write(http_answer(200));
            if (takes) body = peer.read(much + 1);
        });
        const Outcome outcome = deliver(sender, {large}, Ticket{1});
        hasty.join();
        CHECK(outcome.verdict == (takes ? Verdict::accepted : Verdict::retry));
        CHECK(outcome.handed_over);
        CHECK(body.size() == (takes ? much + 1 : 0));
    }
}

TEST_CASE("a server that takes a request and says nothing is given up in time") {
    auto listener = Listener::on_loopback();
    HttpServers servers = servers_at({url_at(listener.address())});
    servers.timeout = 100ms;
    Sender sender = sender_to(servers);
    const Outcome outcome = deliver(sender, {event()}, Ticket{1});
    CHECK(outcome.verdict == Verdict::retry);
    CHECK(outcome.handed_over);
    CHECK(outcome.words.ends_with("no answer in time"));
}

TEST_CASE("each connection takes one batch at a time, and the servers share them") {
    HttpServer one({{http_answer(200)}});
    HttpServer two({{http_answer(200)}});
    HttpServers servers = servers_at({one.url(), two.url()});
    servers.connections = 2;
    Sender sender = sender_to(servers);
    REQUIRE(sender.submit({event()}, Ticket{1}, now()));
    REQUIRE(sender.submit({event()}, Ticket{2}, now()));
    CHECK(!sender.submit({event()}, Ticket{3}, now()));
    for (const Outcome& outcome : outcomes_of(sender, 2)) CHECK(outcome.verdict == Verdict::accepted);
    CHECK(one.asked().size() == 1);
    CHECK(two.asked().size() == 1);
}

TEST_CASE("requests to servers with https go over TLS, and a wrong name is for a person") {
    const TlsFixture tls;
    TlsServer server(TlsFixture::with(tls.server), {[](TlsPeer& peer) {
                                                        REQUIRE(peer.shake_hands());
                                                        CHECK(read_request(peer).body == "event\n");
                                                        peer.write(http_answer(200));
                                                    },
                                                    [](TlsPeer& peer) { (void)peer.shake_hands(); }});
    const std::string port = std::to_string(server.address().port);
    HttpServers servers = servers_at({url_of("https://localhost:" + port + "/x")});
    servers.tls = tls.trusting();
    Sender sender = sender_to(servers);
    CHECK(deliver(sender, {event()}, Ticket{1}).verdict == Verdict::accepted);
    servers.tls->server_name = "elsewhere.example";
    Sender other = sender_to(servers);
    const Outcome outcome = deliver(other, {event()}, Ticket{1});
    CHECK(outcome.verdict == Verdict::misconfigured);
    CHECK(!outcome.handed_over);
    server.join();
}

TEST_CASE("a proxy is asked for the whole URL, with its own credentials") {
    HttpServer proxy({{http_answer(200)}});
    HttpServers servers = servers_at({url_of("http://logs.example:8080/in?a=b")});
    servers.proxy = url_of("http://me:secret@" + proxy.address().text);
    Sender sender = sender_to(servers);
    CHECK(deliver(sender, {event()}, Ticket{1}).verdict == Verdict::accepted);
    const auto asked = proxy.asked().at(0);
    CHECK(asked.first_line() == "POST http://logs.example:8080/in?a=b HTTP/1.1");
    CHECK(asked.has("Host: logs.example:8080"));
    CHECK(asked.has("Proxy-Authorization: Basic bWU6c2VjcmV0"));
}

TEST_CASE("through a proxy TLS is spoken with the server behind it") {
    const TlsFixture tls;
    auto listener = Listener::on_loopback();
    std::string tunnel;
    std::string body;
    std::thread proxy([&] {
        Peer accepted = listener.accept();
        while (!tunnel.ends_with("\r\n\r\n")) tunnel += accepted.read(1);
        accepted.write("HTTP/1.1 200 Connection established\r\nContent-Length: 7\r\n\r\n");
        TlsPeer peer(accepted.descriptor(), TlsFixture::with(tls.server));
        if (!peer.shake_hands()) return;
        body = read_request(peer).body;
        peer.write(http_answer(200));
    });
    HttpServers servers = servers_at({url_of("https://localhost:9999/")});
    servers.tls = tls.trusting();
    servers.proxy = url_of("http://" + listener.address().text);
    Sender sender = sender_to(servers);
    const Outcome outcome = deliver(sender, {event()}, Ticket{1});
    proxy.join();
    CHECK_MESSAGE(outcome.verdict == Verdict::accepted, outcome.words);
    CHECK(tunnel.starts_with("CONNECT localhost:9999 HTTP/1.1\r\nHost: localhost:9999\r\n"));
    CHECK(body == "event\n");
}

TEST_CASE("what a proxy refuses is told in its words, and nothing was handed over") {
    struct Row {
        unsigned status;
        Verdict verdict;
    };
    for (const Row row :
         {Row{407, Verdict::misconfigured}, Row{403, Verdict::misconfigured},
          Row{302, Verdict::misconfigured}, Row{502, Verdict::retry}, Row{429, Verdict::retry}}) {
        HttpServer proxy({{http_answer(row.status, "not you")}});
        HttpServers servers = servers_at({url_of("https://logs.example/")});
        servers.tls = TlsOptions{};
        servers.proxy = proxy.url();
        Sender sender = sender_to(servers);
        const Outcome outcome = deliver(sender, {event()}, Ticket{1});
        CHECK(outcome.verdict == row.verdict);
        CHECK(!outcome.handed_over);
        CHECK(outcome.words.find(": " + std::to_string(row.status)) != std::string::npos);
    }
}

}  // namespace tapferry
