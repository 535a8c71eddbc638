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
