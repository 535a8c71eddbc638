#include "encoders/syslog_header.h"

#include <algorithm>

#include "encoders/event_class.h"
#include "proto/dns_text.h"

namespace tapferry {
namespace {

// RFC 5424, section 6.
constexpr std::size_t max_hostname = 255;
constexpr std::size_t max_app_name = 48;
constexpr unsigned time_digits = 6;

char header_character(char c) {
    return c > 32 && c < 127 ? c : '_';
}

std::string header_text(std::string_view text, std::size_t max) {
    std::string fit(text.substr(0, max));
    std::transform(fit.begin(), fit.end(), fit.begin(), header_character);
    return fit.empty() ? "-" : fit;
}

}  // namespace

SyslogHeader::SyslogHeader(const SyslogHeaderOptions& options)
    : facility_(options.facility),
      hostname_is_identity_(options.hostname == SyslogHeaderOptions::Hostname::identity),
      structured_data_(options.structured_data),
      fixed_hostname_(header_text(options.fixed_hostname, max_hostname)),
      app_name_(" " + header_text(options.app_name, max_app_name) + " - ") {}

void SyslogHeader::open(const Event& event, TextBuffer& out) const {
    out.push_back('<');
    append_decimal(out, facility_ * 8U + syslog_severity(event_severity(event)));
    out.append(">1 ");
    append_rfc3339(out, event.time, time_digits);
    out.push_back(' ');
    append_hostname(event, out);
    out.append(app_name_);
    out.append(event_class(event).id);
    if (structured_data_) {
        out.append(" [tapferry@32473 id=\"");
        append_event_id(out, event.id);
        out.append("\"] ");
    } else {
        out.append(" - ");
    }
}

void SyslogHeader::append_hostname(const Event& event, TextBuffer& out) const {
    if (!hostname_is_identity_ || event.identity.empty()) {
        out.append(fixed_hostname_);
        return;
    }
    const std::string_view identity = event.identity.substr(0, max_hostname);
    std::transform(identity.begin(), identity.end(), out.reserve(identity.size()), header_character);
    out.commit(identity.size());
}

}  // namespace tapferry
