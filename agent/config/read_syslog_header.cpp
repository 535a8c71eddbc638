#include "agent/config/read_syslog_header.h"

#include <algorithm>
#include <array>

#include "agent/config/host_name.h"
#include "proto/characters.h"

namespace tapferry {

namespace {

using Rfc = SyslogHeaderOptions::Rfc;

bool all_printable(const std::string& text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return is_printable(c) && c != ' '; });
}

std::uint8_t read_facility(Section& section, std::uint8_t otherwise) {
    static constexpr std::array<std::string_view, 24> facilities{
        "kern",   "user",   "mail",     "daemon", "auth",   "syslog", "lpr",    "news",
        "uucp",   "cron",   "authpriv", "ftp",    "ntp",    "audit",  "alert",  "clock",
        "local0", "local1", "local2",   "local3", "local4", "local5", "local6", "local7"};
    std::vector<std::pair<std::string_view, std::uint8_t>> choices;
    for (std::size_t i = 0; i < facilities.size(); ++i)
        choices.emplace_back(facilities[i], static_cast<std::uint8_t>(i));
    return section.choice<std::uint8_t>("facility", otherwise, choices);
}

std::string read_app_name(Section& section, const SyslogHeaderOptions& header) {
    std::string name = section.text("app_name", header.app_name);
    if (header.rfc == Rfc::rfc5424) {
        if (name.empty() || name.size() > 48 || !all_printable(name))
            section.fault("app_name", "must be 1 to 48 printable ASCII characters without spaces (RFC 5424)");
    } else if (name.empty() || name.size() > 32 || !std::all_of(name.begin(), name.end(), is_alphanumeric)) {
        section.fault("app_name", "must be 1 to 32 letters and digits (RFC 3164)");
    }
    return name;
}

void read_hostname(Section& section, SyslogHeaderOptions& header, bool local) {
    const std::string hostname = section.text("hostname", local ? "none" : "identity");
    header.fixed_hostname = own_host_name("-");
    if (hostname == "none") {
        header.hostname = SyslogHeaderOptions::Hostname::none;
        if (header.rfc == Rfc::rfc5424)
            section.fault("hostname", "= \"none\" goes with rfc = \"3164\" and \"3164-iso\" only");
        return;
    }
    if (hostname == "identity") return;
    header.hostname = SyslogHeaderOptions::Hostname::fixed;
    if (hostname != "agent") header.fixed_hostname = hostname;
    if (hostname.empty() || hostname.size() > 255 || !all_printable(hostname))
        section.fault("hostname",
                      "must be \"identity\", \"agent\", \"none\", or 1 to 255 printable ASCII characters "
                      "without spaces");
}

}  // namespace

SyslogHeaderOptions read_syslog_header(Section& section, bool local) {
    SyslogHeaderOptions header;
    if (local) header.rfc = Rfc::rfc3164;
    header.rfc = section.choice<Rfc>(
        "rfc", header.rfc, {{"5424", Rfc::rfc5424}, {"3164", Rfc::rfc3164}, {"3164-iso", Rfc::rfc3164_iso}});
    header.facility = read_facility(section, header.facility);
    header.app_name = read_app_name(section, header);
    read_hostname(section, header, local && header.rfc != Rfc::rfc5424);
    header.structured_data = section.flag("structured_data", header.structured_data);
    if (header.structured_data && header.rfc != Rfc::rfc5424)
        section.fault("structured_data", "goes with rfc = \"5424\" only");
    return header;
}

void fit_syslog_header(SyslogHeaderOptions& header, const FormatOptions& format) {
    if (const auto* cef = std::get_if<CefOptions>(&format)) header.severities = cef->severities;
    if (const auto* leef = std::get_if<LeefOptions>(&format)) {
        constexpr unsigned digits_that_qradar_reads = 3;
        header.severities = leef->severities;
        header.time_digits = digits_that_qradar_reads;
    }
}

}  // namespace tapferry
