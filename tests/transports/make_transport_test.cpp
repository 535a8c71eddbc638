#include "transports/make_transport.h"

#include "tests/transports/peer.h"
#include "tests/transports/transport_fixture.h"

namespace tapferry {

TEST_CASE("each transport has its records framed as its options say, and datagrams not at all") {
    StreamOptions stream;
    stream.framing = Framing::octet_counting;
    CHECK(framing_of(stream) == Framing::octet_counting);
    CHECK(framing_of(DatagramOptions{}) == Framing::none);
    FileOptions file;
    file.framing = Framing::length_prefix;
    CHECK(framing_of(file) == Framing::length_prefix);
    StdoutOptions standard_output;
    standard_output.framing = Framing::nul;
    CHECK(framing_of(standard_output) == Framing::nul);
}

TEST_CASE("what nothing but the far side's kernel answers is accepted when its replay window is over") {
    StreamOptions stream;
    stream.replay_window = 7s;
    CHECK(time_to_accept(stream) == 7s);
    FluentOptions fluent;
    fluent.replay_window = 7s;
    CHECK(time_to_accept(fluent) == 0s);
    fluent.acknowledgement = false;
    CHECK(time_to_accept(fluent) == 7s);
    CHECK(time_to_accept(RelpOptions{}) == 0s);
}

TEST_CASE("as many batches are lent as a transport has under way, and for RELP as fill its window") {
    RelpOptions relp;
    CHECK(most_batches_of(relp, 1000) == 2);
    relp.window = 4000;
    CHECK(most_batches_of(relp, 1000) == 5);
    CHECK(most_batches_of(relp, 100) == 8);
    FluentOptions fluent;
    CHECK(most_batches_of(fluent, 1000) == 4);
    fluent.acknowledgement = false;
    CHECK(most_batches_of(fluent, 1000) == 2);
    HttpOptions http;
    http.servers.connections = 5;
    CHECK(most_batches_of(http, 1000) == 5);
}

TEST_CASE("options make the transport that they are for") {
    const auto records = records_of({"event"});
    const TemporaryFolder folder;
    FileOptions file;
    file.path = folder.path("dns.json");
    CHECK(summary({deliver(*make_transport(file), {records}, Ticket{1})}) == "accepted 1");
    CHECK(content_of(file.path) == "event\n");

    DatagramPeer receiver;
    DatagramOptions datagram;
    datagram.address = receiver.address();
    CHECK(summary({deliver(*make_transport(datagram), {records}, Ticket{1})}) == "accepted 1");
    CHECK(receiver.receive() == "event");

    auto listener = Listener::on_loopback();
    StreamOptions stream;
    stream.addresses = {listener.address()};
    const auto made = make_transport(stream);
    CHECK(summary({deliver(*made, {records}, Ticket{1})}) == "sent 1");
    CHECK(listener.accept().read(6) == "event\n");

    CHECK(make_transport(StdoutOptions{}) != nullptr);
}

}  // namespace tapferry
