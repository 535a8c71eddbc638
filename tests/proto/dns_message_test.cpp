#include "proto/dns_message.h"

#include <doctest/doctest.h>

#include "tests/proto/wire_builder.h"

using namespace tapferry;
using namespace tapferry::test;

namespace {

std::string reason(const dns::Message& message) {
    return message.malformed == nullptr ? "" : message.malformed;
}

}  // namespace

TEST_CASE("header, question and records are found where they lie") {
    auto bytes = DnsBuilder("8583", 1, 2, 1, 1)
                     .question("www.example.test", 1)
                     .record(5, name("a.test"))
                     .record(1, from_hex("c0000201"))
                     .record(2, from_hex("c00c"))
                     .record(16, from_hex("0161"))
                     .bytes;
    dns::Message message;
    message.parse(bytes);
    CHECK(reason(message).empty());
    CHECK(message.id == 0x1234);
    CHECK(message.qr());
    CHECK(message.aa());
    CHECK_FALSE(message.tc());
    CHECK(message.rd());
    CHECK(message.ra());
    CHECK(message.opcode == 0);
    CHECK(message.rcode == 3);
    REQUIRE(message.questions.size() == 1);
    CHECK(message.questions[0].name == 12);
    CHECK(message.questions[0].type == 1);
    CHECK(message.questions[0].qclass == 1);
    REQUIRE(message.answers.size() == 2);
    CHECK(message.answers[0].type == 5);
    CHECK(message.answers[0].ttl == 300);
    CHECK(message.answers[0].rdata == 12 + 22 + 12);
    CHECK(message.answers[0].rdata_length == 8);
    CHECK(message.answers[1].rdata_length == 4);
    CHECK(message.authority.size() == 1);
    CHECK(message.additional.size() == 1);
}

TEST_CASE("opcode and each flag come from their own bits") {
    dns::Message message;
    message.parse(DnsBuilder("2870", 0).bytes);
    CHECK(message.opcode == 5);
    CHECK(message.z());
    CHECK(message.ad());
    CHECK(message.cd());
    CHECK_FALSE(message.qr());
    message.parse(DnsBuilder("0200", 0).bytes);
    CHECK(message.tc());
    CHECK_FALSE(message.z());
}

TEST_CASE("a message shorter than a header says what it can") {
    dns::Message message;
    const auto whole = DnsBuilder("8185", 0).bytes;
    for (std::size_t size = 0; size < 12; ++size) {
        const Bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        message.parse(part);
        CHECK(reason(message) == "truncated header");
        CHECK(message.id == (size >= 2 ? 0x1234 : 0));
        CHECK(message.rcode == (size >= 4 ? 5 : 0));
    }
}

TEST_CASE("no question, two questions and a count of 65,535 are all read as far as they go") {
    dns::Message message;
    message.parse(DnsBuilder("8180", 0).bytes);
    CHECK(reason(message).empty());
    CHECK(message.questions.empty());

    const auto two = DnsBuilder("0100", 2).question("a.test", 1).question("b.test", 28).bytes;
    message.parse(two);
    CHECK(reason(message).empty());
    CHECK(message.questions.size() == 2);

    auto many = DnsBuilder("0100", 1).question("a.test", 1).bytes;
    many[4] = many[5] = 0xFF;
    message.parse(many);
    CHECK(reason(message) == "name breaks off");
    CHECK(message.questions.size() == 1);
    CHECK(message.claimed[0] == 65535);
    CHECK(message.questions.capacity() < 100);
}

TEST_CASE("what was read before the fault is kept") {
    const auto whole = DnsBuilder("8180", 1, 2)
                           .question("a.test", 1)
                           .record(1, from_hex("c0000201"))
                           .record(1, from_hex("c0000202"));
    dns::Message message;
    const std::size_t first_record = 12 + 8 + 4;
    const std::size_t second_record = first_record + 16;
    for (std::size_t size = 12; size < whole.bytes.size(); ++size) {
        const Bytes part(whole.bytes.begin(), whole.bytes.begin() + static_cast<std::ptrdiff_t>(size));
        message.parse(part);
        CHECK_FALSE(reason(message).empty());
        CHECK(message.questions.size() == (size >= first_record ? 1 : 0));
        CHECK(message.answers.size() == (size >= second_record ? 1 : 0));
    }
}

TEST_CASE("RDATA that is longer than the message is a fault") {
    auto bytes = DnsBuilder("8180", 1, 1).question("a.test", 1).record(1, from_hex("c0000201")).bytes;
    bytes[bytes.size() - 5] = 5;
    dns::Message message;
    message.parse(bytes);
    CHECK(reason(message) == "RDATA breaks off");
    CHECK(message.answers.empty());
}

TEST_CASE("a question that breaks off and a record that breaks off are told apart") {
    dns::Message message;
    const auto question = DnsBuilder("0100", 1).hex("0161 00 0001").bytes;
    message.parse(question);
    CHECK(reason(message) == "question breaks off");
    const auto record = DnsBuilder("8180", 0, 1).hex("00 0001 0001 00000000 00").bytes;
    message.parse(record);
    CHECK(reason(message) == "record breaks off");
}

TEST_CASE("bytes behind the last record are nobody's fault") {
    dns::Message message;
    const auto bytes = DnsBuilder("0100", 1).question("a.test", 1).hex("ffffffff").bytes;
    message.parse(bytes);
    CHECK(reason(message).empty());
}

TEST_CASE("an owner that points at the first question needs that question to be sound") {
    // The question's place holds a name that loops; the record points there.
    const auto bytes = DnsBuilder("8180", 0, 1).hex("c00c 0001 0001 00000000 0000").bytes;
    dns::Message message;
    message.parse(bytes);
    CHECK(reason(message) == "name points forward");
}

TEST_CASE("only the first 65,535 bytes count") {
    auto bytes = DnsBuilder("0100", 1).question("a.test", 1).bytes;
    bytes.resize(70000);
    dns::Message message;
    message.parse(bytes);
    CHECK(message.wire.size() == 65535);
    CHECK(reason(message).empty());
}

TEST_CASE("a message holds nothing of the one parsed before it") {
    const auto full = DnsBuilder("8583", 1, 1, 0, 1)
                          .question("a.test", 1)
                          .record(1, from_hex("c0000201"))
                          .hex("00 0029 04d0 01008000 0006 000f 0002 0016")
                          .bytes;
    dns::Message message;
    message.parse(full);
    CHECK(message.has_edns);
    CHECK(message.rcode == 19);
    message.parse(Bytes{});
    CHECK(message.id == 0);
    CHECK(message.flags == 0);
    CHECK(message.rcode == 0);
    CHECK(message.claimed[0] == 0);
    CHECK(message.questions.empty());
    CHECK(message.answers.empty());
    CHECK_FALSE(message.has_edns);
    CHECK(message.edns.errors.empty());
    CHECK(message.edns.udp_size == 0);
    message.parse(DnsBuilder("0000", 0).bytes);
    CHECK(reason(message).empty());
}

TEST_CASE("owners that all follow the same long way are given up, and a zone of reverse names is not") {
    // 127 labels, each with a pointer to the one before: the longest way to a name that there is.
    auto message = DnsBuilder("8180", 0).hex("00 00fe 0001 00000000 01f9 00").bytes;
    message[6] = message[7] = 0xFF;
    std::size_t previous = message.size() - 1;
    for (int i = 0; i < 126; ++i) {
        const std::size_t here = message.size();
        append(message, Bytes{1, 'a', static_cast<std::uint8_t>(0xC0 | previous >> 8),
                              static_cast<std::uint8_t>(previous & 0xFF)});
        previous = here;
    }
    const Bytes owner{static_cast<std::uint8_t>(0xC0 | previous >> 8),
                      static_cast<std::uint8_t>(previous & 0xFF)};
    while (message.size() + 12 <= 65535) {
        append(message, owner);
        append(message, from_hex("00fe 0001 00000000 0000"));
    }
    dns::Message parsed;
    parsed.parse(message);
    CHECK(reason(parsed) == "names go round too long");
    CHECK(parsed.answers.size() > 1000);
    CHECK(parsed.answers.size() < 1100);

    // As many records as there is room for, each with a label of its own before 33 labels of the question.
    std::string reverse = "ip6.arpa";
    for (int i = 0; i < 31; ++i) reverse.insert(0, "0.");
    auto zone = DnsBuilder("8400", 1).question(reverse, 12).bytes;
    std::uint16_t records = 0;
    for (; zone.size() + 16 <= 65535; ++records)
        append(zone, from_hex("0131 c00c 000c 0001 0000012c 0002 c00c"));
    zone[6] = static_cast<std::uint8_t>(records >> 8);
    zone[7] = static_cast<std::uint8_t>(records & 0xFF);
    parsed.parse(zone);
    CHECK(reason(parsed).empty());
    CHECK(parsed.answers.size() == records);
}
