#include "encoders/passive/passivedns_keys.h"

#include <utility>

#include "encoders/escape.h"
#include "encoders/notice_facts.h"
#include "proto/digits.h"
#include "proto/dns_text.h"
#include "proto/text_pieces.h"

namespace tapferry {
namespace {

constexpr std::string_view separator = "||";
constexpr unsigned time_digits = 6;

std::string_view dot_behind(std::string_view name) {
    return name == "." ? "||" : ".||";
}

}  // namespace

PassivednsKeys::PassivednsKeys(const PassivednsOptions& options)
    : d4_(options.records.d4),
      records_(options.records),
      rdata_{.fields = options.rdata, .quotes = !d4_},
      errors_(options.errors && !d4_) {}

void PassivednsKeys::start(const Event& event) {
    event_ = &event;
    counts_ = records_.start(event);
    error_to_come_ = counts_ && errors_ && event.dns.rcode != 0 && event.has_question;
}

bool PassivednsKeys::next() {
    if (!counts_) return false;
    record_ = records_.next();
    if (record_ != nullptr) return true;
    return std::exchange(error_to_come_, false);
}

void PassivednsKeys::append(TextBuffer& out) const {
    append_address(out, address_or_wildcard(event_->response.address, event_->query.address));
    if (record_ != nullptr) {
        append_record(out);
    } else {
        append_error(out);
    }
}

void PassivednsKeys::append_record(TextBuffer& out) const {
    const std::string_view owner = records_.owner();
    out.append(separator, ClassName{record_->rclass}, separator, owner, dot_behind(owner),
               TypeName{record_->type}, separator);
    const std::size_t from = out.size();
    append_passive_rdata(out, event_->dns.wire, *record_, rdata_);
    escape_pipes(out, from);
}

void PassivednsKeys::append_error(TextBuffer& out) const {
    out.append(separator, ClassName{event_->qclass}, separator, event_->qname, dot_behind(event_->qname),
               TypeName{event_->qtype}, separator, RcodeName{event_->dns.rcode});
}

void append_before_key(TextBuffer& out, const Timestamp& time, const IpAddress* client) {
    append_unix_time(out, time, time_digits);
    out.append(separator);
    if (client == nullptr) {
        out.push_back('-');
    } else {
        append_address(out, *client);
    }
    out.append(separator);
}

void append_behind_key(TextBuffer& out, std::uint32_t ttl, std::uint64_t count) {
    out.append(separator, Decimal{ttl}, separator, Decimal{count});
}

void append_passivedns_notice(const Event& event, RecordBuffer& records) {
    TextBuffer& out = records.open(event);
    append_before_key(out, event.time, nullptr);
    out.append("0.0.0.0||IN||_notice.tapferry.invalid.||TXT||\"");
    const std::size_t from = out.size();
    append_notice_message(out, event);
    escape_listed(out, from, "\"");
    escape_pipes(out, from);
    out.push_back('"');
    append_behind_key(out, 0, 1);
    records.close(event);
}

IpAddress address_or_wildcard(const IpAddress& address, const IpAddress& other) {
    if (address.present()) return address;
    return {{}, static_cast<std::uint8_t>(other.is_v6() ? 16 : 4)};
}

}  // namespace tapferry
