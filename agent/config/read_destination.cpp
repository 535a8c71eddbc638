#include "agent/config/read_destination.h"

#include <sys/un.h>

#include <algorithm>
#include <limits>

#include "agent/config/read_format.h"
#include "agent/config/read_stages.h"
#include "agent/config/read_syslog_header.h"

namespace tapferry {

using namespace std::chrono_literals;

namespace {

// Why nothing can ever be sent there; empty: nothing is known against it.
std::string_view fault_of(const std::optional<Address>& address) {
    if (!address) return " is not \"host:port\", \"[IPv6]:port\" or \"unix:/path\"";
    if (address->unix_path.size() >= sizeof(sockaddr_un::sun_path))
        return " is too long: a socket's path has at most 107 characters";
    if (address->unix_path.empty() && address->port == 0) return " has port 0, on which nobody can listen";
    return "";
}

std::vector<Address> read_addresses(Section& section) {
    const bool several = section.has("addresses");
    auto texts = section.texts("addresses");
    if (several) {
        if (section.has("address"))
            section.fault("address", "and \"addresses\" are both given; give one of them");
        if (texts && texts->empty())
            section.fault("addresses", "must name at least one, such as [\"siem.example.com:601\"]");
        section.text("address", "");
    } else {
        texts.emplace({section.required_text("address", "siem.example.com:601")});
    }
    std::vector<Address> addresses;
    for (const auto& text : texts.value_or(std::vector<std::string>{})) {
        if (text.empty() && !several) continue;  // told by required_text()
        auto address = parse_address(text);
        if (const auto fault = fault_of(address); !fault.empty())
            section.fault(several ? "addresses" : "address", "\"" + text + "\"" + std::string{fault});
        else
            addresses.push_back(std::move(*address));
    }
    return addresses;
}

StreamOptions read_stream(Section& section) {
    StreamOptions options;
    options.addresses = read_addresses(section);
    options.replay_window = section.duration("replay_window", options.replay_window, 0ms, 60s);
    return options;
}

TransportOptions read_tcp(Section& section) {
    StreamOptions options = read_stream(section);
    options.framing = section.choice<Framing>(
        "framing", Framing::newline,
        {{"newline", Framing::newline}, {"nul", Framing::nul}, {"length", Framing::length_prefix}});
    return options;
}

enum class SyslogTransport : std::uint8_t { udp, tcp };

TransportOptions read_syslog(Section& section, std::size_t& max_bytes) {
    const auto transport = section.choice<SyslogTransport>(
        "transport", SyslogTransport::tcp, {{"udp", SyslogTransport::udp}, {"tcp", SyslogTransport::tcp}});
    const auto framing =
        section.choice<Framing>("framing", Framing::octet_counting,
                                {{"octet-counting", Framing::octet_counting}, {"newline", Framing::newline}});
    const bool udp = transport == SyslogTransport::udp;
    max_bytes = section.size("max_bytes", udp ? 1400 : 8096, 1024, udp ? 65507 : 1 << 20);
    if (!udp) {
        StreamOptions options = read_stream(section);
        options.framing = framing;
        return options;
    }
    DatagramOptions options;
    options.max_bytes = max_bytes;
    const auto addresses = read_addresses(section);
    if (section.has("framing")) section.fault("framing", "does not apply to transport = \"udp\"");
    if (section.has("replay_window")) section.fault("replay_window", "does not apply to transport = \"udp\"");
    section.duration("replay_window", 0ms, 0ms, 60s);
    if (addresses.size() > 1)
        section.fault("addresses", "only one address can be given with transport = \"udp\"");
    if (!addresses.empty()) options.address = addresses.front();
    return options;
}

TransportOptions read_file(Section& section) {
    FileOptions options;
    options.path = section.required_text("path", "/var/log/tapferry/dns.json");
    if (!options.path.empty() && options.path.front() != '/')
        section.fault("path", "must be an absolute path, beginning with \"/\"");
    options.fsync = section.flag("fsync", false);
    return options;
}

void read_limits(Section& section, DestinationConfig& destination) {
    Section batch = section.table("batch");
    destination.batch.max_events = batch.integer("max_events", destination.batch.max_events, 1, 100000);
    destination.batch.max_bytes = batch.size("max_bytes", destination.batch.max_bytes, 1024, 64 << 20);
    destination.batch.linger = batch.duration("linger", destination.batch.linger, 0ms, 1h);
    batch.finish();

    Section retry = section.table("retry");
    destination.retry.initial = retry.duration("initial", destination.retry.initial, 1ms, 1h);
    destination.retry.max = retry.duration("max", destination.retry.max, 1ms, 24h);
    if (destination.retry.max < destination.retry.initial)
        retry.fault("max", "must not be shorter than \"initial\"");
    retry.finish();

    Section dead_letter = section.table("dead_letter");
    destination.dead_letter_bytes = dead_letter.size("max_bytes", destination.dead_letter_bytes, 64 << 10,
                                                     std::numeric_limits<std::int64_t>::max());
    destination.hold_above = dead_letter.share("hold_above", destination.hold_above, 1);
    dead_letter.finish();

    destination.max_rate = section.integer("max_rate", destination.max_rate, 0, 1'000'000'000);
    destination.catch_up = section.choice<CatchUp>(
        "catch_up", CatchUp::oldest_first,
        {{"oldest_first", CatchUp::oldest_first}, {"live_first", CatchUp::live_first}});
    destination.catch_up_rate = section.integer("catch_up_rate", destination.catch_up_rate, 0, 1'000'000'000);
}

std::string where(const TransportOptions& transport) {
    struct Namer {
        std::string operator()(const StreamOptions& options) const {
            std::string text;
            for (const auto& address : options.addresses) text += (text.empty() ? "" : ", ") + address.text;
            return text;
        }
        std::string operator()(const DatagramOptions& options) const { return options.address.text; }
        std::string operator()(const FileOptions& options) const { return options.path; }
        std::string operator()(const StdoutOptions&) const { return "standard output"; }
    };
    return std::visit(Namer{}, transport);
}

}  // namespace

std::vector<std::string_view> destination_types() {
    return {"syslog", "tcp", "file", "stdout"};
}

DestinationConfig read_destination(const std::string& name, Section& section) {
    DestinationConfig destination;
    destination.name = name;
    destination.source = section.canonical();
    destination.type = section.required_text("type", "syslog");
    std::size_t max_bytes = 0;
    if (destination.type == "tcp") {
        destination.transport = read_tcp(section);
    } else if (destination.type == "syslog") {
        destination.transport = read_syslog(section, max_bytes);
        destination.syslog_header = read_syslog_header(section);
    } else if (destination.type == "file") {
        destination.transport = read_file(section);
    } else if (destination.type == "stdout") {
        destination.transport = StdoutOptions{};
    } else {
        if (!destination.type.empty())
            section.fault("type",
                          "\"" + destination.type + "\" is not one of " + list_of(destination_types()));
        // Which keys belong here is not known, so none is called unknown; those of every type are read all
        // the same.
        read_stages(section, destination);
        read_limits(section, destination);
        return destination;
    }
    destination.where = where(destination.transport);
    destination.max_record_bytes = max_bytes;
    read_format(section, destination, max_bytes);
    fit_framing(destination);
    if (destination.syslog_header) fit_syslog_header(*destination.syslog_header, destination.format);
    if (const std::string fault = misfit(destination); !fault.empty()) section.fault("format", fault);
    read_stages(section, destination);
    read_limits(section, destination);
    destination.enabled = section.flag("enabled", true);
    destination.start =
        section.choice<Start>("start", Start::newest, {{"newest", Start::newest}, {"oldest", Start::oldest}});
    section.finish();
    return destination;
}

}  // namespace tapferry
