#include "encoders/syslog_header.h"

#include <algorithm>

#include "encoders/event_class.h"
#include "encoders/month_time.h"
#include "proto/characters.h"
#include "proto/dns_text.h"

namespace tapferry {
namespace {

using Rfc = SyslogHeaderOptions::Rfc;

constexpr std::size_t max_hostname = 255;  // RFC 5424, section 6
constexpr std::size_t max_app_name = 48;   // likewise
constexpr std::size_t max_tag = 32;        // RFC 3164, section 4.1.3

char without_space(char c) {
    return is_printable(c) && c != ' ' ? c : '_';
}

// Only characters of host names are left. RFC 3164's readers tell host name and tag apart by them, and CEF's
// look for its header, "CEF:0|", in the whole line.
char of_hostname(char c) {
    return is_alphanumeric(c) || c == '-' || c == '.' ? c : '_';
}

// RFC 3164's readers know a host name by its last character too.
std::string_view without_odd_end(std::string_view hostname) {
    while (!hostname.empty() && !is_alphanumeric(hostname.back())) hostname.remove_suffix(1);
    return hostname;
}

std::string header_text(std::string_view text, std::size_t max, char (*fit)(char)) {
    std::string fitted(text.substr(0, max));
    std::transform(fitted.begin(), fitted.end(), fitted.begin(), fit);
    return fitted.empty() ? "-" : fitted;
}

// Any other character would end the tag.
std::string tag_of(std::string_view app_name) {
    std::string tag;
    std::copy_if(app_name.begin(), app_name.end(), std::back_inserter(tag), is_alphanumeric);
    return tag.empty() ? "tapferry" : tag.substr(0, max_tag);
}

}  // namespace

SyslogHeader::SyslogHeader(const SyslogHeaderOptions& options)
    : options_(options),
      fixed_hostname_(header_text(options.fixed_hostname, max_hostname, of_hostname)),
      app_name_(options.rfc == Rfc::rfc5424
                    ? " " + header_text(options.app_name, max_app_name, without_space) + " - "
                    : " " + tag_of(options.app_name) + ": ") {}

void SyslogHeader::open(const Event& event, const Record& record, TextBuffer& out) const {
    const unsigned severity = syslog_severity(options_.severities.of(event));
    out.append('<', Decimal{options_.facility * 8U + severity}, '>');
    if (options_.rfc == Rfc::rfc5424) {
        append_rfc5424(event, record, out);
    } else {
        append_rfc3164(event, out);
    }
}

void SyslogHeader::append_rfc5424(const Event& event, const Record& record, TextBuffer& out) const {
    out.append("1 ");
    append_iso_time(event, out);
    append_hostname(event, out);
    out.append(std::string_view(app_name_), event_class(event).id);
    if (options_.structured_data) {
        // 32473 is the enterprise number of examples (RFC 5612): Tapferry has none of its own.
        out.append(" [tapferry@32473 id=\"");
        append_record_id(out, record);
        out.append("\"] ");
    } else {
        out.append(" - ");
    }
}

void SyslogHeader::append_rfc3164(const Event& event, TextBuffer& out) const {
    if (options_.rfc == Rfc::rfc3164_iso) {
        append_iso_time(event, out);
    } else {
        append_bsd_time(out, second_, event.time);
        out.push_back(' ');
    }
    const bool named = options_.hostname != SyslogHeaderOptions::Hostname::none;
    if (named) append_hostname(event, out);
    // It begins with a space.
    out.append(std::string_view(app_name_).substr(named ? 0 : 1));
}

void SyslogHeader::append_iso_time(const Event& event, TextBuffer& out) const {
    out.append(second_.of(event.time.seconds), FractionText{event.time.nanoseconds, options_.time_digits},
               "Z ");
}

void SyslogHeader::append_hostname(const Event& event, TextBuffer& out) const {
    std::string_view identity;
    if (options_.hostname == SyslogHeaderOptions::Hostname::identity) {
        identity = event.identity.substr(0, max_hostname);
        if (options_.rfc != Rfc::rfc5424) identity = without_odd_end(identity);
    }
    if (identity.empty()) return out.append(std::string_view(fixed_hostname_));
    std::transform(identity.begin(), identity.end(), out.reserve(identity.size()), of_hostname);
    out.commit(identity.size());
}

}  // namespace tapferry
