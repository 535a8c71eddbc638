#include "tests/agent/config/config_folder.h"

#include <fstream>
#include <sstream>

#include "proto/dns_text.h"

namespace tapferry::test {
namespace {

std::string describe(const Address& address) {
    return address.text + " = " + address.host + "|" + std::to_string(address.port) + "|" + address.unix_path;
}

struct FormatWriter {
    std::ostream& out;
    void operator()(const JsonOptions& json) const {
        out << "json answers " << static_cast<int>(json.answers) << " additional " << json.additional
            << " raw " << json.raw << " schema " << json.schema;
    }
    void operator()(const EcsOptions& ecs) const {
        out << "ecs " << ecs.type << " " << ecs.dataset << " " << ecs.name_space;
    }
    void operator()(const CimOptions&) const { out << "cim"; }
    void operator()(const OcsfOptions& ocsf) const {
        out << "ocsf version " << static_cast<int>(ocsf.version) << " observables " << ocsf.observables;
    }
    void operator()(const AsimOptions&) const { out << "asim"; }
    void operator()(const ZeekOptions& zeek) const { out << "zeek path " << zeek.path; }
    void operator()(const GelfOptions& gelf) const { out << "gelf " << gelf.host; }
    void operator()(const CefOptions& cef) const {
        out << "cef " << cef.vendor << "|" << cef.product << " ipv6 " << static_cast<int>(cef.ipv6) << " max "
            << cef.max_bytes << " profile " << static_cast<int>(cef.profile) << " answers "
            << static_cast<int>(cef.answers);
    }
    void operator()(const LeefOptions& leef) const {
        out << "leef " << leef.vendor << "|" << leef.product << " max " << leef.max_bytes;
    }
    void operator()(const PassivednsOptions& passive) const {
        out << "passivedns mode " << static_cast<int>(passive.mode) << " window " << passive.window.count()
            << " max_rows " << passive.max_rows << " client " << static_cast<int>(passive.client) << " rdata "
            << static_cast<int>(passive.rdata) << " errors " << passive.errors;
        write(passive.records);
    }
    void operator()(const CofOptions& cof) const {
        out << "cof window " << cof.window.count() << " max_rows " << cof.max_rows << " trailing_dot "
            << cof.trailing_dot << " rdata " << static_cast<int>(cof.rdata) << " sensor_id \""
            << cof.sensor_id << '"';
        write(cof.records);
    }
    void operator()(const SummaryOptions& summary) const {
        out << "summary window " << summary.window.count() << " max_rows " << summary.max_rows << " group_by";
        for (const std::string& field : summary.group_by) out << ' ' << field;
    }
    void write(const PassiveSelection& records) const {
        out << " sources " << static_cast<int>(records.sources) << " bailiwick "
            << static_cast<int>(records.bailiwick) << " d4 " << records.d4;
    }
    void operator()(const TextOptions& text) const { out << "text \"" << text.format << "\""; }
    void operator()(const TemplateOptions& text) const {
        out << "template \"" << text.line << "\" absent \"" << text.absent << "\"";
    }
    void operator()(const YamlOptions& yaml) const { out << "yaml " << static_cast<int>(yaml.layout); }
    void operator()(const DigOptions&) const { out << "dig"; }
    void operator()(const HexOptions&) const { out << "hex"; }
    void operator()(const DnstapOptions&) const { out << "dnstap"; }
};

struct TransportWriter {
    std::ostream& out;
    void operator()(const StreamOptions& stream) const {
        out << "stream framing " << static_cast<int>(stream.framing) << " window "
            << stream.replay_window.count() << " connect " << stream.connect_timeout.count() << " user "
            << stream.user_timeout.count() << " stall " << stream.stall_timeout.count();
        for (const auto& address : stream.addresses) out << "\n    " << describe(address);
    }
    void operator()(const DatagramOptions& datagram) const {
        out << "datagram max " << datagram.max_bytes << "\n    " << describe(datagram.address);
    }
    void operator()(const FileOptions& file) const {
        out << "file " << file.path << " framing " << static_cast<int>(file.framing) << " fsync "
            << file.fsync;
    }
    void operator()(const StdoutOptions& standard) const {
        out << "stdout framing " << static_cast<int>(standard.framing);
    }
};

void describe(std::ostream& out, const SyslogHeaderOptions& header) {
    out << "  syslog rfc " << static_cast<int>(header.rfc) << " facility " << int{header.facility} << " app "
        << header.app_name << " hostname " << static_cast<int>(header.hostname) << " "
        << header.fixed_hostname << " sd " << header.structured_data << "\n";
}

}  // namespace

void ConfigFolder::write(std::string_view name, std::string_view text) const {
    const std::filesystem::path file = path(name);
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
}

std::vector<std::string> ConfigFolder::faults() const {
    std::vector<std::string> lines;
    try {
        (void)read();
    } catch (const ConfigError& error) {
        const std::string prefix = path("");
        for (const auto& fault : error.faults) {
            std::string line = to_line(fault);
            for (auto at = line.find(prefix); at != std::string::npos; at = line.find(prefix))
                line.erase(at, prefix.size());
            lines.push_back(std::move(line));
        }
    }
    return lines;
}

Config config_of(std::string_view toml) {
    const ConfigFolder folder;
    folder.write("tapferry.toml", toml);
    return folder.read();
}

std::vector<std::string> faults_of(std::string_view toml) {
    const ConfigFolder folder;
    folder.write("tapferry.toml", toml);
    return folder.faults();
}

std::string fault_text_of(std::string_view toml) {
    std::string text;
    for (const auto& line : faults_of(toml)) text += line + "\n";
    return text;
}

std::string with_destination(std::string_view lines) {
    return "[inputs.bind]\ntype = \"unix\"\npath = \"/run/x.sock\"\n[destinations.out]\n" +
           std::string{lines} + "\n";
}

DestinationConfig destination(std::string_view lines) {
    return config_of(with_destination(lines)).destinations.front();
}
std::vector<std::string> faults(std::string_view lines) {
    return faults_of(with_destination(lines));
}

std::string with_input(std::string_view lines) {
    return "[destinations.out]\ntype = \"stdout\"\n[inputs.bind]\ntype = \"unix\"\npath = \"/run/x.sock\"\n" +
           std::string{lines} + "\n";
}

std::string describe(const Selection& selection) {
    std::string text;
    Event event;
    for (std::size_t i = 0; i < message_type_count; ++i) {
        event.type = static_cast<MessageType>(i);
        if (selection.wants(event))
            text += (i == 0 ? "unknown" : std::string(message_type_short(event.type))) + " ";
    }
    event.type = MessageType::unknown;
    event.kind = EventKind::new_domain;
    return text + (selection.wants(event) ? "new-domain" : "");
}

std::string describe(const DestinationConfig& destination) {
    std::ostringstream out;
    out << destination.name << " by " << destination.type << " to " << destination.where << " in "
        << destination.format_name << "\n  ";
    std::visit(FormatWriter{out}, destination.format);
    out << "\n";
    if (destination.syslog_header) describe(out, *destination.syslog_header);
    out << "  ";
    std::visit(TransportWriter{out}, destination.transport);
    for (const auto& [name, value] : destination.stages.labels) out << " label " << name << "=" << value;
    out << "\n  wants " << describe(destination.stages.selection) << "\n  record max "
        << destination.max_record_bytes << "\n  batch " << destination.batch.max_events << " "
        << destination.batch.max_bytes << " " << destination.batch.linger.count() << "\n  retry "
        << destination.retry.initial.count() << " " << destination.retry.max.count() << "\n  dead letter "
        << destination.dead_letter_bytes << "\n  start " << static_cast<int>(destination.start) << " enabled "
        << destination.enabled << "\n";
    return out.str();
}

std::string describe(const Config& config) {
    std::ostringstream out;
    out << "state " << config.state_directory.string() << "\nlog " << static_cast<int>(config.log.level)
        << " " << static_cast<int>(config.log.format) << "\nstop " << config.stop_timeout.count()
        << "\nadmin " << config.admin.host << " " << config.admin.port << "\nspool "
        << config.spool.directory.string() << " " << config.spool.max_bytes << " "
        << config.spool.segment_bytes << " " << config.spool.segment_age.count() << " "
        << config.spool.max_age.count() << " " << config.spool.min_free_bytes << " "
        << static_cast<int>(config.spool.when_full) << " "
        << (config.spool.sync ? config.spool.sync->count() : -1) << "\n";
    for (const auto& input : config.unix_inputs) {
        out << "input " << input.name << " " << input.path << " mode " << input.mode << " owner "
            << (input.owner ? std::to_string(*input.owner) : "-") << " group "
            << (input.group ? std::to_string(*input.group) : "-") << " connections " << input.max_connections
            << "\n";
    }
    for (const auto& destination : config.destinations) out << describe(destination);
    return out.str();
}

}  // namespace tapferry::test
