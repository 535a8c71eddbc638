#include "tests/encoders/golden_frames.h"

#include <rapidjson/document.h>

#include "tests/proto/rdata_file.h"
#include "tests/proto/wire_builder.h"

namespace tapferry::test {
namespace {

constexpr std::uint64_t now = 1'795'209'822;  // 2026-11-20T21:23:42Z
constexpr std::uint64_t auth_response = 2;
constexpr std::uint64_t resolver_response = 4;
constexpr std::uint64_t client_query = 5;
constexpr std::uint64_t client_response = 6;

// With addresses, ports and times; the message is the caller's.
ProtobufBuilder exchange(std::uint64_t type, std::uint64_t protocol = 1) {
    const bool is_response = type % 2 == 0;
    return ProtobufBuilder()
        .varint(field::type, type)
        .varint(field::socket_family, 1)
        .varint(field::socket_protocol, protocol)
        .counted(field::query_address, from_hex("c0000263"))
        .counted(field::response_address, from_hex("c0000235"))
        .varint(field::query_port, 40000)
        .varint(field::response_port, 53)
        .varint(is_response ? field::response_time_sec : field::query_time_sec, now)
        .fixed32(is_response ? field::response_time_nsec : field::query_time_nsec, 143'733'000);
}

// A response with one record of its question's name.
Bytes answer(const Bytes& question, std::uint16_t type, const Bytes& rdata) {
    Bytes message = DnsBuilder("8180", 1, 1).bytes;
    const Bytes type_and_class{static_cast<std::uint8_t>(type >> 8), static_cast<std::uint8_t>(type & 0xFF),
                               0, 1};
    append(message, question);
    append(message, type_and_class);
    append(message, from_hex("c00c"));
    append(message, type_and_class);
    append(message, from_hex("0000012c"));
    append(message, Bytes{static_cast<std::uint8_t>(rdata.size() >> 8),
                          static_cast<std::uint8_t>(rdata.size() & 0xFF)});
    append(message, rdata);
    return message;
}

Bytes carried(const Bytes& message, const Bytes& identity = text_bytes("ns1.example.test")) {
    auto frame = ProtobufBuilder().counted(field::identity, identity);
    append(frame.bytes, frame_of(exchange(auth_response).counted(field::response_message, message)));
    return frame.bytes;
}

Bytes octets(const rapidjson::Value& hex) {
    return from_hex(hex.GetString());
}

Bytes frame_of_vector(const rapidjson::Value& vector) {
    constexpr std::uint16_t type_a = 1;
    constexpr std::uint16_t type_txt = 16;
    const Bytes address = from_hex("c0000201");
    const std::string_view kind = vector["kind"].GetString();
    if (kind == "name") {
        Bytes question;
        for (const auto& one : vector["labels_hex"].GetArray()) {
            const Bytes label = octets(one);
            question.push_back(static_cast<std::uint8_t>(label.size()));
            append(question, label);
        }
        question.push_back(0);
        return carried(answer(question, type_a, address));
    }
    const Bytes bytes = octets(vector["hex"]);
    if (kind != "txt") return carried(answer(name("www.example.test"), type_a, address), bytes);
    Bytes string{static_cast<std::uint8_t>(bytes.size())};
    append(string, bytes);
    return carried(answer(name("www.example.test"), type_txt, string));
}

Bytes from(std::string_view version, const ProtobufBuilder& message) {
    auto frame = ProtobufBuilder().counted(field::version, text_bytes(version));
    append(frame.bytes, frame_of(message));
    return frame.bytes;
}

}  // namespace

std::vector<Frame> frames_of_every_rdata() {
    std::vector<Frame> frames;
    for (const RdataCase& one : read_rdata_cases()) {
        frames.push_back(carried(answer(name("www.example.test"), one.type, one.wire)));
    }
    return frames;
}

std::vector<Frame> frames_of_every_vector() {
    rapidjson::Document document;
    document.Parse(
        read_test_file(std::filesystem::path(TAPFERRY_SOURCE_DIR) / "tests/data/escape-vectors.json")
            .c_str());
    std::vector<Frame> frames;
    for (const auto& vector : document.GetArray()) frames.push_back(frame_of_vector(vector));
    return frames;
}

std::vector<Frame> frames_of_every_message() {
    const Bytes query = DnsBuilder("0100", 1).question("www.example.test", 1).bytes;
    const Bytes response = answer(name("www.example.test"), 1, from_hex("c0000201"));
    const auto whole = [&](ProtobufBuilder message, std::uint64_t type) {
        return type % 2 == 0 ? message.counted(field::response_message, response)
                             : message.counted(field::query_message, query);
    };
    std::vector<Frame> frames{Frame{}};  // which says nothing at all
    for (std::uint64_t type = 1; type <= 15; ++type) frames.push_back(frame_of(whole(exchange(type), type)));
    for (std::uint64_t protocol = 2; protocol <= 8; ++protocol) {
        frames.push_back(frame_of(whole(exchange(client_response, protocol), client_response)));
    }
    const Bytes zone = name("new.example.test");
    const auto of_type = [](std::uint64_t type) { return ProtobufBuilder().varint(field::type, type); };
    frames.push_back(
        from("dnsdist 2.0.0", whole(exchange(client_response, 4).varint(field::http_protocol, 2), 2)));
    frames.push_back(
        from("pdns-recursor 5.0.1", exchange(resolver_response).counted(field::query_message, query)));
    frames.push_back(from("pdns-recursor 5.0.1", exchange(client_query).counted(field::query_zone, zone)));
    frames.push_back(from("pdns-recursor 5.0.1", of_type(resolver_response)
                                                     .counted(field::query_zone, zone)
                                                     .varint(field::query_time_sec, now)
                                                     .counted(field::response_message, response)));
    frames.push_back(from("CoreDNS-1.11.1", exchange(client_response)));
    frames.push_back(from("dnsdist 2.0.0", of_type(client_response)
                                               .varint(field::query_time_sec, now)
                                               .counted(field::response_message, response)));
    frames.push_back(frame_of(of_type(client_query)
                                  .counted(field::query_address, from_hex("00000000000000000000ffffc0000201"))
                                  .counted(field::query_message, query)));
    frames.push_back(frame_of(exchange(client_response)
                                  .counted(field::policy, ProtobufBuilder()
                                                              .counted(1, text_bytes("RPZ"))
                                                              .counted(2, name("rule.test"))
                                                              .varint(3, 1)
                                                              .varint(4, 1)
                                                              .bytes)));
    return frames;
}

}  // namespace tapferry::test
