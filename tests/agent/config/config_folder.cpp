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
    void operator()(const DnstapOptions& dnstap) const {
        out << "dnstap" << (dnstap.carry_id ? " with ids" : "");
    }
};

std::string describe(const TlsOptions& tls) {
    return "ca " + tls.ca_file + " certificate " + tls.certificate_file + " key " + tls.key_file +
           (tls.min_version == TlsOptions::MinVersion::tls13 ? " from 1.3" : " from 1.2") + " name " +
           tls.server_name + " pins " + std::to_string(tls.pins.size()) + (tls.verify ? "" : " not verified");
}

void describe(std::ostream& out, const HttpServers& servers) {
    for (const auto& url : servers.urls) out << "\n    " << url.text << " " << url.target;
    for (const auto& [name, value] : servers.headers) out << "\n    " << name << ": " << value;
    const auto& login = servers.credentials;
    out << "\n    login " << static_cast<int>(login.kind) << " " << login.name << " " << login.secret << " "
        << login.secret_file << " " << login.scheme << " " << login.token_url.text << " " << login.scope;
    if (servers.proxy) out << "\n    proxy " << servers.proxy->text;
    if (servers.tls) out << "\n    tls " << describe(*servers.tls);
    out << "\n    compression " << static_cast<int>(servers.compression) << " connections "
        << servers.connections << " timeouts " << servers.connect_timeout.count() << " "
        << servers.timeout.count() << " " << servers.reopen_after.count();
}

struct TransportWriter {
    std::ostream& out;
    void operator()(const StreamOptions& stream) const {
        out << "stream framing " << static_cast<int>(stream.framing) << " window "
            << stream.replay_window.count() << " connect " << stream.connect_timeout.count() << " user "
            << stream.user_timeout.count() << " stall " << stream.stall_timeout.count();
        for (const auto& address : stream.addresses) out << "\n    " << describe(address);
        if (stream.tls) out << "\n    tls " << describe(*stream.tls);
    }
    void operator()(const RelpOptions& relp) const {
        out << "relp window " << relp.window << " connect " << relp.connect_timeout.count() << " answer "
            << relp.answer_timeout.count() << " user " << relp.user_timeout.count() << " stall "
            << relp.stall_timeout.count();
        for (const auto& address : relp.addresses) out << "\n    " << describe(address);
        if (relp.tls) out << "\n    tls " << describe(*relp.tls);
    }
    void operator()(const FluentOptions& fluent) const {
        out << "fluent tag " << fluent.tag << " key " << fluent.shared_key << " user " << fluent.username
            << " " << fluent.password << " acknowledgement " << fluent.acknowledgement << " window "
            << fluent.replay_window.count() << " connect " << fluent.connect_timeout.count() << " answer "
            << fluent.answer_timeout.count() << " user " << fluent.user_timeout.count() << " stall "
            << fluent.stall_timeout.count();
        for (const auto& address : fluent.addresses) out << "\n    " << describe(address);
        if (fluent.tls) out << "\n    tls " << describe(*fluent.tls);
    }
    void operator()(const DatagramOptions& datagram) const {
        out << "datagram max " << datagram.max_bytes << "\n    " << describe(datagram.address);
    }
    void operator()(const KafkaOptions& kafka) const {
        out << "kafka topic " << kafka.topic << " key " << static_cast<int>(kafka.key) << " format "
            << kafka.format << " password " << kafka.password_file << " token " << kafka.token_file;
        for (const auto& broker : kafka.brokers) out << "\n    " << describe(broker);
        for (const auto& [name, value] : kafka.headers) out << "\n    header " << name << ": " << value;
        for (const auto& [name, value] : kafka.properties) out << "\n    " << name << " = " << value;
    }
    void operator()(const SplunkHecOptions& hec) const {
        out << "hec endpoint " << static_cast<int>(hec.endpoint) << " index by event " << hec.index_by_event
            << " acknowledgement " << hec.acknowledgement << " within " << hec.acknowledge_within.count();
        for (const auto& [name, value] : hec.metadata) out << " " << name << "=" << value;
        describe(out, hec.servers);
    }
    void operator()(const ElasticsearchOptions& elastic) const {
        out << "elasticsearch " << elastic.index << " ids " << elastic.use_id << " pipeline "
            << elastic.pipeline;
        describe(out, elastic.servers);
    }
    void operator()(const HttpOptions& http) const {
        out << "http " << http.method << " " << http.content_type << " each " << http.one_record_each << " <"
            << http.prefix << "|" << http.separator << "|" << http.suffix << "> statuses "
            << http.accept.size() << " " << http.refuse.size() << " " << http.retry.size();
        describe(out, http.servers);
    }
    void operator()(const FileOptions& file) const {
        out << "file " << file.path << " framing " << static_cast<int>(file.framing) << " fsync "
            << file.fsync;
    }
    void operator()(const StdoutOptions& standard) const {
        out << "stdout framing " << static_cast<int>(standard.framing);
    }
};

void describe(std::ostream& out, const SplunkEnvelopeOptions& envelope) {
    out << "  splunk host " << envelope.host << " source " << envelope.source << " sourcetype "
        << envelope.sourcetype << " index " << envelope.index << " json " << envelope.is_json;
    for (const auto& name : envelope.indexed_fields) out << " " << name;
    out << "\n";
}

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
    std::filesystem::permissions(file,
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
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
    if (destination.splunk_envelope) describe(out, *destination.splunk_envelope);
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
