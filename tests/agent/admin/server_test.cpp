#include "agent/admin/server.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <ctime>
#include <optional>
#include <system_error>
#include <thread>

#include "agent/admin/fetch.h"
#include "tests/agent/admin/agent_status.h"
#include "tests/agent/admin/exposition.h"
#include "tests/agent/json_lines.h"
#include "tests/agent/routes/receiver.h"
#include "tests/transports/peer.h"

namespace tapferry {
namespace {

using namespace test;

// A connection to "127.0.0.1:port".
Peer connect_to(const std::string& address) {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    name.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
    Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int result = ::connect(socket.get(), reinterpret_cast<sockaddr*>(&name), sizeof name);
    REQUIRE(result == 0);
    return Peer(std::move(socket));
}

std::string ask(const AdminServer& server, std::string_view request) {
    Peer client = connect_to(server.address());
    client.write(request);
    return client.read_to_end();
}

std::string request(std::string_view method, std::string_view target) {
    return std::string(method) + " " + std::string(target) +
           " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
}

std::string body_of(const std::string& answer) {
    const auto end = answer.find("\r\n\r\n");
    REQUIRE_MESSAGE(end != std::string::npos, answer);
    return answer.substr(end + 4);
}

AdminServer sound_server() {
    return AdminServer("127.0.0.1", 0, sound_status);
}

TEST_CASE("/metrics and /status give what can be read by machines, with the type that it is") {
    const AdminServer server = sound_server();
    const std::string metrics = ask(server, request("GET", "/metrics"));
    CHECK(metrics.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(metrics.find("\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n") !=
          std::string::npos);
    CHECK(read_exposition(body_of(metrics)).value("tapferry_frames_appended_total") == 1110);
    const std::string status = ask(server, request("GET", "/status"));
    CHECK(status.find("\r\nContent-Type: application/json\r\n") != std::string::npos);
    CHECK(read_json(body_of(status))["balanced"].GetBool());
}

TEST_CASE("each request sees the status of its own moment") {
    std::atomic<std::uint64_t> received{1};
    const AdminServer server("127.0.0.1", 0, [&] {
        AgentStatus status = sound_status();
        status.inputs.front().received = received++;
        return status;
    });
    for (std::uint64_t i = 1; i <= 3; ++i)
        CHECK(read_json(fetch(server.address(), "/status"))["inputs"][0]["received"].GetUint64() == i);
}

TEST_CASE("/healthz says that the process lives, whatever its destinations do") {
    const AdminServer server("127.0.0.1", 0, [] { return failing_status(1); });
    CHECK(ask(server, request("GET", "/healthz")).starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_CASE("/readyz is 503 and names the destination that fails, and why, only when it has failed for long") {
    std::atomic<std::int64_t> since{1000};
    const AdminServer server("127.0.0.1", 0, [&] { return failing_status(since); });
    const std::string bad = ask(server, request("GET", "/readyz"));
    CHECK(bad.starts_with("HTTP/1.1 503 "));
    CHECK(body_of(bad) == "destination siem is failing: connection refused\n");
    since = std::time(nullptr) + 1000;
    CHECK(ask(server, request("GET", "/readyz")).starts_with("HTTP/1.1 200 OK\r\n"));
    since = 0;
    CHECK(body_of(ask(server, request("GET", "/readyz"))) == "ready\n");
}

TEST_CASE("the listener only reads: other methods are 405, with a body or without") {
    const AdminServer server = sound_server();
    for (const std::string method : {"POST", "PUT", "DELETE", "PATCH", "OPTIONS"}) {
        CAPTURE(method);
        const std::string answer = ask(server, request(method, "/metrics"));
        CHECK(answer.starts_with("HTTP/1.1 405 "));
    }
    for (const std::string head :
         {"Content-Length: 5\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"})
        CHECK(ask(server, "POST /status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + head)
                  .starts_with("HTTP/1.1 405 "));
}

TEST_CASE("what is not there is 404 and says what is there") {
    const AdminServer server = sound_server();
    for (const std::string target :
         {"/", "/metrics/", "/METRICS", "/../etc/passwd", "/status%00", "*", "/statusx"}) {
        CAPTURE(target);
        const std::string answer = ask(server, request("GET", target));
        CHECK(answer.starts_with("HTTP/1.1 404 "));
        CHECK(body_of(answer) == "there are /metrics, /status, /healthz and /readyz\n");
    }
    CHECK(ask(server, request("GET", "/healthz?a=b")).starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_CASE("HEAD gets the head of what GET gets") {
    const AdminServer server = sound_server();
    const std::string get = ask(server, request("GET", "/healthz"));
    const std::string head = ask(server, request("HEAD", "/healthz"));
    CHECK(get == head + "alive\n");
}

TEST_CASE("a client may ask again on its connection, and two requests at once get two answers") {
    const AdminServer server = sound_server();
    Peer client = connect_to(server.address());
    client.write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string first = client.read(
        ask(server, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" + request("GET", "/x")).find("alive\n") + 6);
    CHECK(first.ends_with("alive\n"));
    client.write(request("GET", "/healthz"));
    CHECK(client.read_to_end().ends_with("alive\n"));
}

TEST_CASE("a client that sends half a request, noise or an endless header disturbs no other one") {
    const AdminServer server = sound_server();
    std::vector<Peer> rude;
    for (const std::string& bytes :
         {std::string("GET /met"), std::string(),
          std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), std::string("\r\n\r\n\r\n"),
          std::string(100, '\0'), std::string("GET /metrics HTTP/9.9\r\n\r\n"),
          std::string("POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\nx"),
          std::string("GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n")}) {
        rude.push_back(connect_to(server.address()));
        rude.back().write(bytes);
        CHECK(read_json(fetch(server.address(), "/status"))["balanced"].GetBool());
    }
    // 1 MiB of header: the server hangs up somewhere in it, which is not an error of the test.
    Peer flood = connect_to(server.address());
    flood.write("GET /metrics HTTP/1.1\r\nX: ");
    const std::string filler(1 << 16, 'x');
    try {
        for (int i = 0; i < 16; ++i) flood.write(filler);
    } catch (const std::system_error&) {
    }
    CHECK(flood.read_to_end().find("200 OK") == std::string::npos);
    CHECK(fetch(server.address(), "/healthz") == "alive\n");
}

// Asks, and keeps the connection. Whether an answer came.
bool is_served(Peer& client) {
    try {
        client.write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    } catch (const std::system_error&) {
        return false;
    }
    return client.read(12) == "HTTP/1.1 200";
}

TEST_CASE("more clients than it has room for are turned away, and those that go make room") {
    const AdminServer server = sound_server();
    std::vector<Peer> clients;
    bool served = true;
    while (served && clients.size() < 400) {
        clients.push_back(connect_to(server.address()));
        served = is_served(clients.back());
    }
    CHECK(!served);
    CHECK(clients.size() > 32);
    clients.clear();
    CHECK(wait_until([&] {
        Peer client = connect_to(server.address());
        return is_served(client);
    }));
}

TEST_CASE("an address that is in use, or is no address, is told with what to do") {
    const AdminServer server = sound_server();
    const auto port =
        static_cast<std::uint16_t>(std::stoi(server.address().substr(server.address().rfind(':') + 1)));
    const auto words_of = [](const std::string& host, std::uint16_t at) {
        try {
            const AdminServer second(host, at, sound_status);
        } catch (const AdminError& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    const std::string in_use = words_of("127.0.0.1", port);
    CHECK(in_use ==
          "admin.listen: cannot listen on " + server.address() +
              ": Address already in use; choose another address, or \"\" to switch the admin listener off");
    CHECK(words_of("192.0.2.1", 0).find("cannot listen on 192.0.2.1:0: ") != std::string::npos);
    CHECK(words_of("not a host", 0).find("cannot listen on not a host:0: ") != std::string::npos);
}

TEST_CASE("the address is the one that it listens on, IPv6 in brackets") {
    const AdminServer four = sound_server();
    CHECK(four.address().starts_with("127.0.0.1:"));
    CHECK(!four.address().ends_with(":0"));
    const Descriptor v6(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in6 name{};
    name.sin6_family = AF_INET6;
    name.sin6_addr = in6addr_loopback;
    if (!v6.is_open() || ::bind(v6.get(), reinterpret_cast<sockaddr*>(&name), sizeof name) != 0) return;
    const AdminServer six("::1", 0, sound_status);
    CHECK(six.address().starts_with("[::1]:"));
    CHECK(fetch(six.address(), "/healthz") == "alive\n");
}

TEST_CASE("a server ends while clients are connected") {
    std::optional<AdminServer> server(std::in_place, "127.0.0.1", 0, sound_status);
    Peer idle = connect_to(server->address());
    Peer half = connect_to(server->address());
    half.write("GET /met");
    const std::string address = server->address();
    server.reset();
    CHECK_THROWS_AS(fetch(address, "/healthz"), std::runtime_error);
}

TEST_CASE("who asks an agent and gets nothing is told so in words for people") {
    const auto words_of = [](const std::string& address, const std::string& path = "/status") {
        try {
            (void)fetch(address, path);
        } catch (const std::runtime_error& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    const RefusingPort refusing;
    CHECK(words_of(refusing.address().text) ==
          "no answer from " + refusing.address().text + ": Connection refused");
    const AdminServer server = sound_server();
    CHECK(words_of(server.address(), "/nothing") == server.address() + " answered 404");
    for (const std::string address :
         {"", "no-port", "127.0.0.1:", "127.0.0.1:http-is-no-number", ":", "[::1"}) {
        CAPTURE(address);
        CHECK(!words_of(address).empty());
    }
}

TEST_CASE("an answer that is no HTTP, or is cut off, is no answer") {
    for (const std::string answer :
         {"SSH-2.0-OpenSSH_9.2\r\n", "", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort",
          "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n"}) {
        CAPTURE(answer);
        Listener listener = Listener::on_loopback();
        std::thread server([&] {
            Peer peer = listener.accept();
            (void)peer.read(20);
            if (!answer.empty()) peer.write(answer);
            peer.end_writing();
            (void)peer.read_to_end();
        });
        CHECK_THROWS_AS((void)fetch(listener.address().text, "/status"), std::runtime_error);
        server.join();
    }
}

}  // namespace
}  // namespace tapferry
