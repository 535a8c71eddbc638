#include "proto/dns_message.h"

#include <algorithm>

#include "proto/dns_name.h"
#include "proto/edns.h"
#include "proto/malformed.h"
#include "proto/record_types.h"
#include "proto/wire_bytes.h"

namespace tapferry::dns {
namespace {

constexpr std::size_t max_message_size = 65535;
// Labels and pointers of all owners together. A zone transfer of 65,535 octets full of reverse names has half
// of it; a message in which every owner points to the same hundred pointers would have three times as many.
constexpr unsigned max_name_steps = 0x40000;

// Reads one message from its front to its end or to the first fault, which it notes in the message.
class Parser {
  public:
    Parser(Message& message, Wire wire) : message_(message), wire_(wire) {}

    void run() {
        if (!read_header()) return;
        if (!read_questions()) return;
        if (!read_records(Section::answer, message_.answers)) return;
        if (!read_records(Section::authority, message_.authority)) return;
        read_records(Section::additional, message_.additional);
    }

  private:
    bool stop(const char* reason) {
        if (message_.malformed == nullptr) message_.malformed = reason;
        return false;
    }

    bool read_header() {
        const std::uint8_t* bytes = wire_.data();
        if (wire_.size() >= 2) message_.id = read_u16(bytes);
        if (wire_.size() >= 4) {
            message_.flags = read_u16(bytes + 2);
            message_.opcode = message_.flags >> 11 & 0x0F;
            message_.rcode = message_.flags & 0x0F;
        }
        if (wire_.size() < header_size) return stop(malformed_reason("truncated header"));
        for (std::size_t i = 0; i < 4; ++i) message_.claimed[i] = read_u16(bytes + 4 + 2 * i);
        at_ = header_size;
        return true;
    }

    // Offset of the name at the reading place, which is moved behind it; stops the parse when it is not
    // sound.
    bool read_name(std::uint16_t& name) {
        name = static_cast<std::uint16_t>(at_);
        // Most owners are a pointer to the first question's name, which is known to be sound.
        if (!message_.questions.empty() && wire_.size() - at_ >= 2 && wire_[at_] == 0xC0 &&
            wire_[at_ + 1] == header_size) {
            at_ += 2;
            return true;
        }
        // Records that stand together mostly have one owner: a pointer that was sound is so further behind.
        const bool is_pointer = wire_.size() - at_ >= 2 && wire_[at_] >= 0xC0;
        const std::uint16_t pointer = is_pointer ? read_u16(wire_.data() + at_) : std::uint16_t{0};
        if (is_pointer && pointer == last_pointer_) return step_behind(at_ + 2, last_steps_);
        const NameExtent extent = measure_name(wire_, at_);
        if (extent.error != nullptr) return stop(extent.error);
        if (is_pointer) {
            last_pointer_ = pointer;
            last_steps_ = extent.steps;
        }
        return step_behind(extent.end, extent.steps);
    }

    bool step_behind(std::size_t end, unsigned steps) {
        at_ = end;
        name_steps_ += steps;
        return name_steps_ <= max_name_steps || stop(malformed_reason("names go round too long"));
    }

    bool read_questions() {
        for (unsigned left = message_.claimed[0]; left != 0; --left) {
            Question question;
            if (!read_name(question.name)) return false;
            if (wire_.size() - at_ < 4) return stop(malformed_reason("question breaks off"));
            question.type = read_u16(wire_.data() + at_);
            question.qclass = read_u16(wire_.data() + at_ + 2);
            at_ += 4;
            message_.questions.push_back(question);
        }
        return true;
    }

    bool read_records(Section section, std::vector<ResourceRecord>& records) {
        for (unsigned left = message_.claimed[static_cast<std::size_t>(section)]; left != 0; --left) {
            ResourceRecord record;
            if (!read_name(record.owner)) return false;
            if (wire_.size() - at_ < 10) return stop(malformed_reason("record breaks off"));
            const std::uint8_t* fixed = wire_.data() + at_;
            record.type = read_u16(fixed);
            record.rclass = read_u16(fixed + 2);
            record.ttl = read_u32(fixed + 4);
            record.rdata_length = read_u16(fixed + 8);
            at_ += 10;
            if (wire_.size() - at_ < record.rdata_length) return stop(malformed_reason("RDATA breaks off"));
            record.rdata = static_cast<std::uint16_t>(at_);
            at_ += record.rdata_length;
            if (section == Section::additional && is_first_opt(record)) {
                read_opt(record);
            } else {
                records.push_back(record);
            }
        }
        return true;
    }

    // RFC 6891, section 6.1.1: one OPT, owned by the root. Any other is shown as the odd record that it is.
    [[nodiscard]] bool is_first_opt(const ResourceRecord& record) const {
        return record.type == type_opt && !message_.has_edns && wire_[record.owner] == 0;
    }

    void read_opt(const ResourceRecord& record) {
        message_.has_edns = true;
        message_.edns.udp_size = record.rclass;
        message_.edns.version = record.ttl >> 16 & 0xFF;
        message_.edns.dnssec_ok = (record.ttl & 0x8000) != 0;
        message_.edns.other_flags = record.ttl & 0x7FFF;
        message_.rcode = static_cast<std::uint16_t>(record.ttl >> 24 << 4 | message_.rcode);
        if (record.rdata_length == 0) return;
        const char* fault =
            read_edns_options(wire_.subspan(record.rdata, record.rdata_length), message_.edns);
        if (fault != nullptr) stop(fault);
    }

    Message& message_;
    Wire wire_;
    std::size_t at_ = 0;
    unsigned name_steps_ = 0;
    std::uint16_t last_pointer_ = 0;  // of an owner; 0: there was none
    unsigned last_steps_ = 0;         // that it cost
};

}  // namespace

void Message::clear() {
    wire = {};
    id = flags = rcode = 0;
    opcode = 0;
    std::fill(std::begin(claimed), std::end(claimed), std::uint16_t{0});
    questions.clear();
    answers.clear();
    authority.clear();
    additional.clear();
    if (has_edns) edns.clear();
    has_edns = false;
    malformed = nullptr;
}

void Message::parse(Wire bytes) {
    clear();
    bytes = bytes.first(std::min(bytes.size(), max_message_size));
    wire = bytes;
    Parser(*this, bytes).run();
}

}  // namespace tapferry::dns
