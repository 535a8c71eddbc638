#include "agent/config/read_splunk_hec.h"

#include <algorithm>
#include <array>

#include "agent/config/host_name.h"
#include "agent/config/read_http.h"
#include "agent/config/read_http_servers.h"
#include "encoders/make_encoder.h"

namespace tapferry {

using namespace std::chrono_literals;
using HecEndpoint = SplunkHecOptions::Endpoint;

namespace {

// What the traffic holds is not to choose where events go.
constexpr std::array<std::string_view, 4> fields_of_index{"identity", "type", "short_type", "input"};

bool may_name_index(const std::string& field) {
    return field.starts_with("labels.") ||
           std::find(fields_of_index.begin(), fields_of_index.end(), field) != fields_of_index.end();
}

// The text of a key, which may hold {field}s where the event's endpoint takes it.
std::string read_text(Section& section, std::string_view key, std::string_view otherwise,
                      HecEndpoint endpoint) {
    const std::string text = section.text(key, otherwise);
    if (const std::string fault = check_splunk_text(text); !fault.empty()) section.fault(key, fault);
    const auto fields = fields_of_splunk_text(text);
    if (endpoint == HecEndpoint::raw && !fields.empty() && section.has(key))
        section.fault(
            key, "cannot hold fields with endpoint = \"raw\": it is told once for all events of a request");
    return text;
}

void read_metadata(Section& section, SplunkHecOptions& options, SplunkEnvelopeOptions& envelope) {
    const auto endpoint = options.endpoint;
    envelope.host = read_text(section, "host", envelope.host, endpoint);
    envelope.source = read_text(section, "source", envelope.source, endpoint);
    envelope.sourcetype = read_text(section, "sourcetype", "", endpoint);
    envelope.index = read_text(section, "index", "", endpoint);
    const auto fields = fields_of_splunk_text(envelope.index);
    options.index_by_event = !fields.empty();
    if (!std::all_of(fields.begin(), fields.end(), may_name_index))
        section.fault("index",
                      "can hold {identity}, {input}, {type}, {short_type} and {labels.NAME}: what clients "
                      "ask for is not to choose where events go");
    envelope.indexed_fields = section.texts("indexed_fields").value_or(std::vector<std::string>{});
    for (const std::string& name : envelope.indexed_fields)
        if (const std::string fault = check_indexed_field(name); !fault.empty())
            section.fault("indexed_fields", fault);
    if (endpoint == HecEndpoint::raw && !envelope.indexed_fields.empty())
        section.fault("indexed_fields", "does not go with endpoint = \"raw\"");
}

std::string usual_sourcetype(const DestinationConfig& destination) {
    if (is_json_format(destination.format)) return "dnstap:json";
    const std::string& format = destination.format_name;
    return format == "cef" || format == "leef" ? format : "dnstap:" + format;
}

}  // namespace

SplunkHecOptions read_splunk_hec(Section& section, DestinationConfig& destination) {
    SplunkHecOptions options;
    options.servers =
        read_http_servers(section, destination, "https://splunk.example.com:8088", Compression::gzip);
    if (options.servers.compression == Compression::zstd)
        section.fault("compression", "\"zstd\" is not one of \"none\" or \"gzip\": Splunk does not know it");
    HttpCredentials& credentials = options.servers.credentials;
    credentials.kind = HttpCredentials::Kind::token;
    credentials.scheme = "Splunk";
    if (!read_http_secret(section, "token", destination, credentials) && !section.has("token") &&
        !section.has("token_file"))
        section.fault("token", "or \"token_file\" is missing");
    warn_of_plain_http(section, options.servers);
    options.endpoint = section.choice<HecEndpoint>(
        "endpoint", HecEndpoint::event, {{"event", HecEndpoint::event}, {"raw", HecEndpoint::raw}});
    options.acknowledgement = section.flag("acknowledgement", false);
    options.acknowledge_within = section.duration("acknowledge_within", options.acknowledge_within, 10s, 24h);
    if (!options.acknowledgement && section.has("acknowledge_within"))
        section.warn("acknowledge_within", "has no effect without acknowledgement = true");
    for (const Url& url : options.servers.urls)
        if (url.target.find("/services/collector") != std::string::npos)
            section.fault(section.has("urls") ? "urls" : "url",
                          url.text + " names the collector's endpoint, which is added anyway: leave it out");
    destination.splunk_envelope.emplace();
    read_metadata(section, options, *destination.splunk_envelope);
    destination.batch.max_events = 5000;
    destination.batch.max_bytes = 960 << 10;
    return options;
}

void fit_splunk_hec(Section& section, DestinationConfig& destination) {
    auto& options = std::get<SplunkHecOptions>(destination.transport);
    auto& envelope = *destination.splunk_envelope;
    envelope.own_host = own_host_name("");
    envelope.is_json = is_json_format(destination.format);
    if (envelope.sourcetype.empty()) envelope.sourcetype = usual_sourcetype(destination);
    if (options.endpoint == HecEndpoint::event) return;
    const std::string host = section.has("host") ? envelope.host : "";
    for (const auto& [name, value] : {std::pair<std::string, std::string>{"host", host},
                                      {"source", envelope.source},
                                      {"sourcetype", envelope.sourcetype},
                                      {"index", envelope.index}})
        if (!value.empty()) options.metadata.emplace_back(name, value);
    destination.splunk_envelope.reset();
}

}  // namespace tapferry
