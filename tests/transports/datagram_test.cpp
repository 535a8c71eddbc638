#include "transports/datagram.h"

#include <sys/socket.h>

#include "tests/transports/peer.h"
#include "tests/transports/transport_fixture.h"
#include "tests/transports/unprivileged.h"

namespace tapferry {
namespace {

DatagramOptions options_for(const Address& address) {
    DatagramOptions options;
    options.address = address;
    return options;
}

}  // namespace

TEST_CASE("each record is one datagram, without framing") {
    DatagramPeer peer;
    Datagram transport(options_for(peer.address()));
    const auto records = records_of({"first", "second"}, Framing::none);
    CHECK(summary({deliver(transport, {records}, Ticket{1})}) == "accepted 1");
    CHECK(peer.receive() == "first");
    CHECK(peer.receive() == "second");
}

TEST_CASE("a receiver that is not there refuses the first record and costs none") {
    DatagramPeer peer;
    peer.be_deaf();
    Datagram transport(options_for(peer.address()));
    const auto records = records_of({"first", "second"}, Framing::none);
    for (std::uint64_t i = 1; i <= 3; ++i) {
        const auto outcome = deliver(transport, {records}, Ticket{i});
        CHECK(summary({outcome}) == "retry " + std::to_string(i));
        CHECK(outcome.done == 0);
        CHECK(outcome.words == "send to " + peer.address().text + ": Connection refused");
    }
    peer.listen_again();
    CHECK(summary({deliver(transport, {records}, Ticket{4})}) == "accepted 4");
    CHECK(peer.receive() == "first");
    CHECK(peer.receive() == "second");
    CHECK(!peer.has_waiting());
}

TEST_CASE("a datagram whose refusal comes with the next one goes again") {
    DatagramPeer peer;
    Datagram transport(options_for(peer.address()));
    const auto records = records_of({"first", "second", "third"}, Framing::none);
    CHECK(summary({deliver(transport, {records, 2}, Ticket{1})}) == "accepted 1");
    CHECK(peer.receive() == "third");
    peer.be_deaf();
    const auto outcome = deliver(transport, {records}, Ticket{2});
    CHECK(summary({outcome}) == "retry 2");
    CHECK(outcome.done == 0);
    peer.listen_again();
    CHECK(summary({deliver(transport, {records, outcome.done}, Ticket{3})}) == "accepted 3");
    CHECK(peer.receive() == "first");
    CHECK(peer.receive() == "second");
    CHECK(peer.receive() == "third");
    CHECK(!peer.has_waiting());
}

TEST_CASE("a record that is too long is refused alone") {
    DatagramPeer peer;
    auto options = options_for(peer.address());
    options.max_bytes = 6;
    Datagram transport(options);
    const auto records = records_of({"short", "much too long", "second", "seventh"}, Framing::none);
    const auto outcome = deliver(transport, {records, 0}, Ticket{1});
    CHECK(summary({outcome}) == "accepted 1");
    CHECK(outcome.refused_records == std::vector<std::uint32_t>{1, 3});
    CHECK(outcome.words == "longer than 6 bytes, the limit of a datagram");
    CHECK(peer.receive() == "short");
    CHECK(peer.receive() == "second");
}

TEST_CASE("a record that no datagram can hold is refused, whatever the limit") {
    DatagramPeer peer;
    auto options = options_for(peer.address());
    options.max_bytes = 1 << 20;
    Datagram transport(options);
    const auto records = many_records(1, 70000, Framing::none);
    const auto outcome = deliver(transport, {records}, Ticket{1});
    CHECK(outcome.refused_records == std::vector<std::uint32_t>{0});
    CHECK(outcome.words == "Message too long");
}

TEST_CASE("what the network refuses goes again, though a record that was too long stands behind it") {
    DatagramPeer peer;
    auto options = options_for(peer.address());
    options.max_bytes = 6;
    Datagram transport(options);
    const auto records = records_of({"first", "much too long", "second", "third"}, Framing::none);
    CHECK(summary({deliver(transport, {records, 3}, Ticket{1})}) == "accepted 1");
    peer.be_deaf();
    const auto outcome = deliver(transport, {records}, Ticket{2});
    CHECK(summary({outcome}) == "retry 2");
    CHECK(outcome.done == 0);
    CHECK(outcome.refused_records.empty());
}

TEST_CASE("a name that does not exist gives the batch of datagrams back") {
    Address address;
    address.host = "no.such.invalid";
    address.port = 514;
    address.text = "no.such.invalid:514";
    Datagram transport(options_for(address));
    const auto records = records_of({"event"}, Framing::none);
    const auto outcome = deliver(transport, {records}, Ticket{1});
    CHECK(summary({outcome}) == "retry 1");
    CHECK(outcome.words.starts_with("resolve no.such.invalid: "));
}

TEST_CASE("a unix datagram socket is waited for when it is full, and missed when it is gone") {
    const TemporaryFolder folder;
    const std::string path = folder.path("log");
    auto receiver = bind_datagram_path(path);
    Datagram transport(options_for(unix_address(path)));
    const auto records = many_records(2000, 100, Framing::none);
    REQUIRE(transport.submit({records}, Ticket{1}, now() + 200ms));
    CHECK(!transport.submit({records}, Ticket{2}, now()));
    CHECK(!transport.wait(now() + 50ms));
    std::optional<Outcome> outcome;
    for (const Record& record : records.records()) {
        CHECK(receive_datagram(receiver) == records.content(record));
        if (!outcome) outcome = transport.wait(now());
    }
    REQUIRE(outcome.has_value());
    CHECK(summary({*outcome}) == "accepted 1");
    receiver.reset();
    CHECK(deliver(transport, {records}, Ticket{2}).words == "send to unix:" + path + ": Connection refused");
}

TEST_CASE("a unix datagram socket that we may not open is a matter for a person") {
    const TemporaryFolder folder;
    const std::string path = folder.path("log");
    const Descriptor receiver = bind_datagram_path(path);
    std::filesystem::permissions(folder.path(), std::filesystem::perms::all);
    std::filesystem::permissions(path, std::filesystem::perms::none);
    Datagram transport(options_for(unix_address(path)));
    const auto records = records_of({"event"}, Framing::none);
    {
        const Unprivileged unprivileged;
        const auto outcome = deliver(transport, {records}, Ticket{1});
        CHECK(summary({outcome}) == "misconfigured 1");
        CHECK(outcome.words == "connect to unix:" + path + ": Permission denied");
    }
    std::filesystem::permissions(path, std::filesystem::perms::all);
    const Unprivileged unprivileged;
    CHECK(summary({deliver(transport, {records}, Ticket{2})}) == "accepted 2");
    CHECK(receive_datagram(receiver) == "event");
}

TEST_CASE("what a unix datagram socket took before its receiver went is not sent again") {
    const TemporaryFolder folder;
    const std::string path = folder.path("log");
    auto receiver = bind_datagram_path(path);
    Datagram transport(options_for(unix_address(path)));
    const auto records = many_records(2000, 100, Framing::none);
    REQUIRE(transport.submit({records}, Ticket{1}, now() + 200ms));
    std::size_t taken = 0;
    char room[256];
    while (::recv(receiver.get(), room, sizeof room, MSG_DONTWAIT) > 0) ++taken;
    receiver.reset();
    std::optional<Outcome> outcome;
    while (!outcome) outcome = transport.wait(now() + 1s);
    CHECK(summary({*outcome}) == "retry 1");
    CHECK(taken > 0);
    CHECK(outcome->done == taken);
}

}  // namespace tapferry
