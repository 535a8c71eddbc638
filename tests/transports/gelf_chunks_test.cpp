#include "transports/gelf_chunks.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/transports/peer.h"
#include "tests/transports/transport_fixture.h"
#include "transports/datagram.h"

namespace tapferry {
namespace {

using namespace std::string_literals;

std::string text_of(const GelfChunks::Header& header) {
    return {header.data(), header.size()};
}

DatagramOptions gelf_to(const Address& address, std::size_t max_bytes) {
    DatagramOptions options;
    options.address = address;
    options.max_bytes = max_bytes;
    options.gelf_chunks = true;
    return options;
}

// The message that a receiver makes of `count` datagrams, and checks what their headers say.
std::string joined(DatagramPeer& receiver, int count, std::size_t max_bytes) {
    std::string whole, id;
    for (int i = 0; i < count; ++i) {
        const std::string datagram = receiver.receive();
        CHECK(datagram.size() <= max_bytes);
        CHECK(datagram.substr(0, 2) == "\x1e\x0f");
        if (i == 0) id = datagram.substr(2, 8);
        CHECK(datagram.substr(2, 8) == id);
        CHECK(datagram[10] == static_cast<char>(i));
        CHECK(datagram[11] == static_cast<char>(count));
        whole += datagram.substr(12);
    }
    return whole;
}

}  // namespace

TEST_CASE(
    "a chunk's header has the magic bytes, the message's id, the chunk's number and how many there are") {
    const std::string message(250, 'x');
    const GelfChunks chunks(message, 112, 0x0102030405060708);
    CHECK(chunks.count() == 3);
    CHECK(text_of(chunks.header(0)) == "\x1e\x0f\x01\x02\x03\x04\x05\x06\x07\x08\x00\x03"s);
    CHECK(text_of(chunks.header(2)) == "\x1e\x0f\x01\x02\x03\x04\x05\x06\x07\x08\x02\x03"s);
    CHECK(chunks.part(0).size() == 100);
    CHECK(chunks.part(2).size() == 50);
}

TEST_CASE("there are at most 128 chunks") {
    CHECK(GelfChunks::longest_message(8192) == 128 * 8180);
    CHECK(GelfChunks(std::string(GelfChunks::longest_message(100), 'x'), 100, 1).count() == 128);
}

TEST_CASE("a message that is too long for a datagram goes in chunks, and a short one as it is") {
    DatagramPeer receiver;
    Datagram sender(gelf_to(receiver.address(), 600));
    const std::string large(1500, 'g');
    const auto records = records_of({"short", large, "again"});
    CHECK(summary({deliver(sender, {records}, Ticket{1})}) == "accepted 1");
    CHECK(receiver.receive() == "short");
    CHECK(joined(receiver, 3, 600) == large);
    CHECK(receiver.receive() == "again");
}

TEST_CASE("each message has an id of its own") {
    DatagramPeer receiver;
    Datagram sender(gelf_to(receiver.address(), 600));
    const auto records = many_records(2, 700);
    CHECK(summary({deliver(sender, {records}, Ticket{1})}) == "accepted 1");
    const std::string first = receiver.receive();
    (void)receiver.receive();
    CHECK(receiver.receive().substr(2, 8) != first.substr(2, 8));
}

TEST_CASE("a message for which 128 chunks are not enough is refused, and the others go") {
    DatagramPeer receiver;
    Datagram sender(gelf_to(receiver.address(), 512));
    const auto records = records_of({"one", std::string(64001, 'x'), "two"});
    const auto outcome = deliver(sender, {records}, Ticket{1});
    CHECK(summary({outcome}) == "accepted 1");
    CHECK(outcome.refused_records == std::vector<std::uint32_t>{1});
    CHECK(outcome.words == "longer than 64000 bytes, the limit of GELF in chunks");
    CHECK(receiver.receive() == "one");
    CHECK(receiver.receive() == "two");
}

TEST_CASE("a message whose chunks nobody takes goes again from its first chunk") {
    DatagramPeer receiver;
    receiver.be_deaf();
    Datagram sender(gelf_to(receiver.address(), 600));
    const std::string large(5000, 'g');
    const auto records = records_of({large});
    const auto outcome = deliver(sender, {records}, Ticket{1});
    CHECK(summary({outcome}) == "retry 1");
    CHECK(outcome.done == 0);
    receiver.listen_again();
    CHECK(summary({deliver(sender, {records}, Ticket{2})}) == "accepted 2");
    CHECK(joined(receiver, 9, 600) == large);
}

}  // namespace tapferry
