// What a connection gives of what the peer sends, with and without TLS.
#include <thread>

#include "tests/transports/tls/tls_fixture.h"
#include "transports/network/connection.h"
#include "transports/tls/client.h"

namespace tapferry {
namespace {

constexpr Connection::Timeouts timeouts{10000ms, 10000ms, 10000ms};
constexpr std::size_t most = 1000;

// Runs it until so much is there, or it is over.
void receive(Connection& connection, std::size_t count) {
    const Deadline limit = long_from_now();
    while (connection.received().size() < count && now() < limit &&
           (connection.state() == Connection::State::connecting ||
            connection.state() == Connection::State::open))
        connection.run_until(limit);
}

std::string alphabet(std::size_t size) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i) text += static_cast<char>('a' + i % 26);
    return text;
}

// Consumes bit by bit until so much was received.
std::string receive_all(Connection& connection, std::size_t count) {
    std::string all;
    while (all.size() < count) {
        receive(connection, 1);
        const auto part = connection.received().substr(0, 777);
        if (part.empty()) return all;
        all += part;
        connection.consume(part.size());
    }
    return all;
}

}  // namespace

TEST_CASE("what the peer sends is kept until it is consumed, in one piece") {
    auto listener = Listener::on_loopback();
    Connection connection(timeouts, nullptr, most);
    connection.connect(listener.address());
    auto peer = listener.accept();
    peer.write("one ");
    receive(connection, 4);
    CHECK(connection.received() == "one ");
    peer.write("two");
    receive(connection, 7);
    CHECK(connection.received() == "one two");
    connection.consume(4);
    CHECK(connection.received() == "two");
    peer.write(" three");
    receive(connection, 9);
    CHECK(connection.received() == "two three");
}

TEST_CASE("without room for it, what the peer sends is thrown away and shows in nothing") {
    auto listener = Listener::on_loopback();
    Connection connection(timeouts);
    connection.connect(listener.address());
    auto peer = listener.accept();
    peer.write("nobody wants this");
    peer.close();
    while (connection.state() != Connection::State::ended) connection.run_until(long_from_now());
    CHECK(connection.received().empty());
}

TEST_CASE("what came stays when the connection is over, until it is closed") {
    auto listener = Listener::on_loopback();
    Connection connection(timeouts, nullptr, most);
    connection.connect(listener.address());
    auto peer = listener.accept();
    peer.write("last words");
    peer.close();
    while (connection.state() != Connection::State::ended) connection.run_until(long_from_now());
    CHECK(connection.received() == "last words");
    connection.close();
    CHECK(connection.received().empty());
}

TEST_CASE("a peer that sends more than there is room for waits, and nothing is lost") {
    auto listener = Listener::on_loopback();
    Connection connection(timeouts, nullptr, most);
    connection.connect(listener.address());
    auto peer = listener.accept();
    const std::string text = alphabet(100000);
    std::thread sender([&] {
        peer.write(text);
        peer.close();
    });
    receive(connection, most);
    CHECK(connection.received() == text.substr(0, most));
    connection.run_until(now() + 20ms);
    CHECK(connection.received().size() == most);
    CHECK((receive_all(connection, text.size()) == text));
    sender.join();
    while (connection.state() != Connection::State::ended) connection.run_until(long_from_now());
}

TEST_CASE_FIXTURE(TlsFixture, "the same holds with TLS, though a record of it is larger than the room") {
    const std::string text = alphabet(100000);
    TlsServer server_side(with(server), {[&](TlsPeer& peer) {
                              CHECK(peer.shake_hands());
                              peer.write(text);
                              CHECK(peer.read(6) == "thanks");
                              peer.end_writing();
                          }});
    Connection connection(timeouts, std::make_shared<TlsClient>(trusting()), most);
    connection.connect(server_side.address());
    receive(connection, most);
    CHECK(connection.received() == text.substr(0, most));
    CHECK((receive_all(connection, text.size()) == text));
    connection.write("thanks");
    while (connection.state() == Connection::State::open) connection.run_until(long_from_now());
    CHECK(connection.state() == Connection::State::ended);
    server_side.join();
}

TEST_CASE_FIXTURE(TlsFixture, "what was agreed is told") {
    TlsServer server_side(with(server), {[](TlsPeer& peer) {
                              CHECK(peer.shake_hands());
                              CHECK(peer.read_to_end().empty());
                          }});
    Connection connection(timeouts, std::make_shared<TlsClient>(trusting()));
    CHECK(!connection.tls());
    connection.connect(server_side.address());
    while (connection.state() == Connection::State::connecting) connection.run_until(long_from_now());
    REQUIRE(connection.tls());
    CHECK(connection.tls()->version == "TLSv1.3");
    CHECK(connection.tls()->owner == "localhost");
    CHECK(connection.tls()->issuer == "Test CA");
    connection.close();
    server_side.join();
}

}  // namespace tapferry
