#include "encoders/json/ecs_related.h"

#include <algorithm>
#include <optional>

#include "encoders/record_address.h"
#include "proto/record_types.h"

namespace tapferry {
namespace {

constexpr std::size_t max_hosts = 32;

// Absent: the record holds no address.
IpAddress address_in(const Event& event, const dns::ResourceRecord& record) {
    return record.rclass == dns::class_in ? address_of(event.dns, record).value_or(IpAddress{}) : IpAddress{};
}

// An array of names, each of them once.
class HostList {
  public:
    explicit HostList(JsonLine& line) : line_(line) {}

    template <typename Append>
    void add(Append append) {
        if (count_ == max_hosts || line_.out.size() > line_.sections_end) {
            line_.clipped = true;
            return;
        }
        const std::size_t before = line_.out.size();
        line_.put(count_ == 0 ? std::string_view("\"hosts\":[\"") : std::string_view(",\""));
        const std::size_t from = line_.out.size();
        line_.escaped([&] { append(line_.out); });
        const std::size_t length = line_.out.size() - from;
        if (length == 0 || is_there(line_.out.view(from))) {
            line_.out.truncate(before);
            return;
        }
        line_.put('"');
        hosts_[count_++] = {from, length};
    }
    void end() {
        if (count_ != 0) line_.put(']');
    }

  private:
    struct Stretch {
        std::size_t begin;
        std::size_t length;
    };
    [[nodiscard]] bool is_there(std::string_view name) const {
        return std::any_of(hosts_.begin(), hosts_.begin() + count_, [&](const Stretch& host) {
            return line_.out.view().substr(host.begin, host.length) == name;
        });
    }

    JsonLine& line_;
    std::array<Stretch, max_hosts> hosts_;  // in the line; the first `count_` of them
    unsigned count_ = 0;
};

}  // namespace

EcsRelated::EcsRelated(const Event& event, std::size_t shown)
    : event_(event), answers_(std::span(event.dns.answers).first(shown)) {
    for (std::size_t index = 0; index < shown; ++index) {
        const IpAddress address = address_in(event, answers_[index]);
        if (!address.present()) continue;
        const auto there = std::span(addresses_).first(count_);
        const bool known = std::any_of(there.begin(), there.end(), [&](std::uint8_t other) {
            return address_in(event, answers_[other]) == address;
        });
        if (!known) addresses_[count_++] = static_cast<std::uint8_t>(index);
    }
}

void EcsRelated::append_resolved(JsonLine& line) const {
    std::string_view before = ",\"resolved_ip\":[\"";
    for (const std::uint8_t index : std::span(addresses_).first(count_)) {
        line.put(before, AddressText{address_in(event_, answers_[index])}, '"');
        before = ",\"";
    }
    if (count_ != 0) line.put(']');
}

void EcsRelated::append(JsonLine& line) const {
    const std::size_t before = line.out.size();
    line.put(",\"related\":{");
    const std::size_t empty = line.out.size();
    append_addresses(line);
    const std::size_t addresses_end = line.out.size();
    if (addresses_end != empty) line.put(',');
    const std::size_t hosts_begin = line.out.size();
    append_hosts(line);
    if (line.out.size() == hosts_begin) line.out.truncate(addresses_end);
    if (line.out.size() == empty)
        line.out.truncate(before);
    else
        line.put('}');
}

void EcsRelated::append_addresses(JsonLine& line) const {
    const IpAddress& query = event_.query.address;
    const IpAddress& response = event_.response.address;
    std::string_view before = "\"ip\":[\"";
    const auto add = [&](const IpAddress& address) {
        line.put(before, AddressText{address}, '"');
        before = ",\"";
    };
    if (query.present()) add(query);
    if (response.present() && response != query) add(response);
    for (const std::uint8_t index : std::span(addresses_).first(count_)) {
        const IpAddress address = address_in(event_, answers_[index]);
        if (address != query && address != response) add(address);
    }
    if (before == ",\"") line.put(']');
}

void EcsRelated::append_hosts(JsonLine& line) const {
    HostList hosts(line);
    if (!event_.qname.empty()) hosts.add([&](TextBuffer& out) { out.append(event_.qname); });
    for (const dns::ResourceRecord& record : answers_) {
        const std::optional<std::size_t> at = dns::name_offset_in(record.type);
        if (!at || record.rdata_length <= *at) continue;
        hosts.add([&](TextBuffer& out) { append_name(out, event_.dns.wire, record.rdata + *at); });
    }
    hosts.end();
}

}  // namespace tapferry
