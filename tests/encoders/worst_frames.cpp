#include "tests/encoders/worst_frames.h"

#include <algorithm>
#include <utility>

#include "tests/proto/wire_builder.h"

namespace tapferry::test {
namespace {

constexpr std::size_t most_bytes = 65'535 - 100;  // of the DNS message, so that the frame has 64 KiB
constexpr std::uint8_t type_cname = 5;
constexpr std::uint8_t type_soa = 6;
constexpr std::uint8_t type_wks = 11;
constexpr std::uint8_t type_txt = 16;
constexpr std::uint8_t type_apl = 42;
constexpr std::uint8_t type_nsec = 47;
constexpr std::uint8_t type_hip = 55;
constexpr std::uint8_t type_https = 65;
constexpr std::uint8_t type_unassigned = 254;

void append_u16(Bytes& bytes, std::size_t value) {
    append(bytes, Bytes{static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value & 0xFF)});
}

// A response whose counts are set at the end.
class Response {
  public:
    Response() : Response(DnsBuilder("8180", 1).question("a.test", 1).bytes) {}
    // Of a header that claims one question, and the question.
    explicit Response(Bytes bytes) : bytes_(std::move(bytes)) {}

    [[nodiscard]] std::size_t size() const { return bytes_.size(); }
    [[nodiscard]] std::size_t room() const { return most_bytes > size() ? most_bytes - size() : 0; }
    // Owned by what `owner` says, the question's name unless told otherwise.
    void record(std::uint8_t type, const Bytes& rdata, const Bytes& owner = {0xC0, 12}) {
        append(bytes_, owner);
        append(bytes_, Bytes{0, type, 0, 1, 0, 0, 1, 44});
        append_u16(bytes_, rdata.size());
        append(bytes_, rdata);
        ++records_;
    }
    [[nodiscard]] Bytes frame() {
        bytes_[6] = static_cast<std::uint8_t>(records_ >> 8);
        bytes_[7] = static_cast<std::uint8_t>(records_ & 0xFF);
        return frame_of(ProtobufBuilder()
                            .varint(field::type, 4)
                            .counted(field::query_zone, name(""))
                            .counted(field::response_message, bytes_));
    }

  private:
    Bytes bytes_;
    std::size_t records_ = 0;
};

Bytes pointer_to(std::size_t offset) {
    return {static_cast<std::uint8_t>(0xC0 | offset >> 8), static_cast<std::uint8_t>(offset & 0xFF)};
}

Bytes one_record(std::uint8_t type, const Bytes& rdata) {
    Response response;
    response.record(type, rdata);
    return response.frame();
}

// `piece` as often as it fits behind `head`.
Bytes repeated(const Bytes& head, const Bytes& piece) {
    Bytes bytes = head;
    while (bytes.size() + piece.size() < most_bytes - 100) append(bytes, piece);
    return bytes;
}

// 127 labels, each followed by a pointer to the one before: the longest way to the longest name. Returns
// where to begin; it stands in the RDATA of a TXT record.
std::size_t append_longest_name(Response& response) {
    Bytes rdata;
    const std::size_t begin = response.size() + 12;
    std::size_t previous = begin;
    rdata.push_back(0);
    std::size_t here = begin + 1;
    for (int i = 0; i < 126; ++i) {
        append(rdata, Bytes{1, 0xFF});
        append(rdata, pointer_to(previous));
        previous = here;
        here += 4;
    }
    response.record(type_unassigned, rdata);
    return previous;
}

Bytes records_of_longest_owners(std::uint8_t type) {
    Response response;
    const Bytes owner = pointer_to(append_longest_name(response));
    const Bytes rdata = type == type_cname ? owner : Bytes{};
    while (response.room() > 16) response.record(type, rdata, owner);
    return response.frame();
}

// Who writes a record for each answer, writes the question's name each time too.
Bytes answers_of_the_longest_question() {
    auto bytes = DnsBuilder("8180", 1).bytes;
    for (const std::size_t octets : {63U, 63U, 63U, 61U}) {
        bytes.push_back(static_cast<std::uint8_t>(octets));
        bytes.resize(bytes.size() + octets, 0xFF);
    }
    append(bytes, from_hex("00 0005 0001"));
    Response response(std::move(bytes));
    while (response.room() > 14) response.record(type_cname, {0xC0, 12});
    return response.frame();
}

Bytes small_records() {
    Response response;
    while (response.room() > 12) response.record(type_unassigned, {}, {0});
    return response.frame();
}

Bytes long_soas() {
    Response response;
    Bytes rdata = pointer_to(append_longest_name(response));
    append(rdata, Bytes(rdata));
    rdata.resize(4 + 20, 0xFF);
    while (response.room() > 40) response.record(type_soa, rdata);
    return response.frame();
}

Bytes full_bitmaps(unsigned windows) {
    Bytes rdata{0};
    for (unsigned window = 0; window < windows; ++window) {
        append(rdata, Bytes{static_cast<std::uint8_t>(window), 32});
        rdata.resize(rdata.size() + 32, 0xFF);
    }
    Response response;
    while (response.room() > rdata.size() + 12) response.record(type_nsec, rdata);
    return response.frame();
}

Bytes all_ports() {
    Bytes rdata = from_hex("c0000201 06");
    rdata.resize(rdata.size() + 8192, 0xFF);
    Response response;
    while (response.room() > rdata.size() + 12) response.record(type_wks, rdata);
    return response.frame();
}

Bytes all_service_keys() {
    Bytes rdata = from_hex("0001 00");
    for (std::size_t key = 100; rdata.size() + 4 < most_bytes - 100; ++key) {
        append_u16(rdata, key);
        append_u16(rdata, 0);
    }
    return one_record(type_https, rdata);
}

Bytes long_protocol_list() {
    const Bytes ids = repeated({}, {1, ','});
    Bytes rdata = from_hex("0001 00 0001");
    append_u16(rdata, ids.size());
    append(rdata, ids);
    return one_record(type_https, rdata);
}

Bytes many_servers() {
    Bytes head = from_hex("01 02 0001 aa bb");
    return one_record(type_hip, repeated(head, {0}));
}

Bytes many_questions() {
    auto message = DnsBuilder("8180", 0).bytes;
    std::size_t questions = 0;
    for (; message.size() + 5 < most_bytes; ++questions) append(message, Bytes{0, 0, 1, 0, 1});
    message[4] = static_cast<std::uint8_t>(questions >> 8);
    message[5] = static_cast<std::uint8_t>(questions & 0xFF);
    return frame_of(ProtobufBuilder().varint(field::type, 6).counted(field::response_message, message));
}

Bytes many_extended_errors() {
    const Bytes options = repeated({}, from_hex("000f 0003 0016 ff"));
    auto message = DnsBuilder("8180", 0, 0, 0, 1).hex("00 0029 04d0 00000000").bytes;
    append_u16(message, options.size());
    append(message, options);
    return frame_of(ProtobufBuilder().varint(field::type, 6).counted(field::response_message, message));
}

Bytes opaque_fields() {
    const Bytes junk(9'000, 0xFF);
    ProtobufBuilder policy;
    policy.counted(1, junk).counted(2, junk).counted(5, junk);
    auto frame =
        ProtobufBuilder()
            .counted(field::identity, junk)
            .counted(field::version, junk)
            .counted(field::extra, junk)
            .counted(field::message,
                     ProtobufBuilder().varint(field::type, 6).counted(field::policy, policy.bytes).bytes);
    return frame.bytes;
}

Bytes unknown_fields() {
    ProtobufBuilder message;
    while (message.bytes.size() + 3 < most_bytes) message.varint(100, 1);
    return frame_of(message);
}

}  // namespace

std::vector<WorstFrame> worst_frames() {
    return {
        {"thousands of records", small_records()},
        {"owners of the longest way", records_of_longest_owners(type_unassigned)},
        {"aliases of the longest way", records_of_longest_owners(type_cname)},
        {"names of the longest way", long_soas()},
        {"the longest question", answers_of_the_longest_question()},
        {"full bitmaps", full_bitmaps(256)},
        {"many bitmaps", full_bitmaps(16)},
        {"all ports", all_ports()},
        {"empty strings", one_record(type_txt, repeated({}, {0}))},
        {"strings to escape", one_record(type_txt, repeated({}, Bytes(1, 255)))},
        {"prefixes", one_record(type_apl, repeated({}, from_hex("0001 00 00")))},
        {"service keys", all_service_keys()},
        {"protocol ids", long_protocol_list()},
        {"servers", many_servers()},
        {"unknown RDATA", one_record(type_unassigned, Bytes(most_bytes - 200, 0xFF))},
        {"questions", many_questions()},
        {"extended errors", many_extended_errors()},
        {"opaque fields", opaque_fields()},
        {"unknown fields", unknown_fields()},
    };
}

}  // namespace tapferry::test
