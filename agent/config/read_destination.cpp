#include "agent/config/read_destination.h"

#include <algorithm>
#include <array>
#include <limits>

#include "agent/config/read_dnstap.h"
#include "agent/config/read_elasticsearch.h"
#include "agent/config/read_file.h"
#include "agent/config/read_fluent.h"
#include "agent/config/read_format.h"
#include "agent/config/read_http.h"
#include "agent/config/read_http_servers.h"
#include "agent/config/read_kafka.h"
#include "agent/config/read_relp.h"
#include "agent/config/read_splunk_hec.h"
#include "agent/config/read_stages.h"
#include "agent/config/read_syslog.h"
#include "agent/config/read_syslog_header.h"
#include "agent/config/read_tcp.h"

namespace tapferry {

using namespace std::chrono_literals;

namespace {

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

template <typename Options>
std::string connections_of(const Options& options) {
    std::string text;
    for (const auto& address : options.addresses) text += (text.empty() ? "" : ", ") + address.text;
    if (options.tls) text += options.tls->verify ? " over TLS" : " over TLS, not verified";
    return text;
}

std::string where(const TransportOptions& transport) {
    struct Namer {
        std::string operator()(const StreamOptions& options) const { return connections_of(options); }
        std::string operator()(const RelpOptions& options) const { return connections_of(options); }
        std::string operator()(const FluentOptions& options) const { return connections_of(options); }
        std::string operator()(const DatagramOptions& options) const { return options.address.text; }
        std::string operator()(const KafkaOptions& options) const {
            std::string text;
            for (const auto& broker : options.brokers) text += (text.empty() ? "" : ", ") + broker.text;
            text += ", topic " + options.topic;
            if (options.tls) text += options.tls->verify ? " over TLS" : " over TLS, not verified";
            return text;
        }
        std::string operator()(const SplunkHecOptions& options) const { return where_http(options.servers); }
        std::string operator()(const ElasticsearchOptions& options) const {
            return where_http(options.servers) + ", " + options.index;
        }
        std::string operator()(const HttpOptions& options) const { return where_http(options.servers); }
        std::string operator()(const FileOptions& options) const { return options.path; }
        std::string operator()(const StdoutOptions&) const { return "standard output"; }
    };
    return std::visit(Namer{}, transport);
}

// A type of destination, by the name that a configuration gives it.
struct Type {
    std::string_view name;
    TransportOptions (*read)(Section& section, DestinationConfig& destination);
    // Then, when format and stages are read: what depends on them.
    void (*fit)(Section& section, DestinationConfig& destination) = nullptr;
};

template <auto Read>
TransportOptions transport(Section& section, DestinationConfig& destination) {
    return Read(section, destination);
}

constexpr std::array types{
    Type{"syslog", read_syslog, fit_syslog},
    Type{"relp", transport<read_relp>, fit_syslog},
    Type{"kafka", transport<read_kafka>, fit_kafka},
    Type{"splunk_hec", transport<read_splunk_hec>, fit_splunk_hec},
    Type{"elasticsearch", transport<read_elasticsearch>, fit_elasticsearch},
    Type{"http", transport<read_http>, fit_http},
    Type{"tcp", read_tcp},
    Type{"udp", transport<read_udp>, fit_udp},
    Type{"fluent", transport<read_fluent>},
    Type{"dnstap", read_dnstap, fit_dnstap},
    Type{"file", [](Section& section, DestinationConfig&) -> TransportOptions { return read_file(section); }},
    Type{"stdout", [](Section&, DestinationConfig&) -> TransportOptions { return StdoutOptions{}; }},
};

}  // namespace

std::vector<std::string_view> destination_types() {
    std::vector<std::string_view> names;
    for (const Type& type : types) names.push_back(type.name);
    return names;
}

DestinationConfig read_destination(const std::string& name, Section& section) {
    DestinationConfig destination;
    destination.name = name;
    destination.source = section.canonical();
    destination.type = section.required_text("type", "syslog");
    const auto* const type = std::find_if(types.begin(), types.end(),
                                          [&](const Type& one) { return one.name == destination.type; });
    if (type == types.end()) {
        if (!destination.type.empty())
            section.fault("type",
                          "\"" + destination.type + "\" is not one of " + list_of(destination_types()));
        // Which keys belong here is not known, so none is called unknown; those of every type are read all
        // the same.
        read_stages(section, destination);
        read_limits(section, destination);
        return destination;
    }
    destination.transport = type->read(section, destination);
    destination.where = where(destination.transport);
    read_format(section, destination);
    fit_framing(destination);
    if (const std::string fault = misfit(destination); !fault.empty()) section.fault("format", fault);
    read_stages(section, destination);
    if (type->fit != nullptr) type->fit(section, destination);
    read_limits(section, destination);
    destination.enabled = section.flag("enabled", true);
    destination.start =
        section.choice<Start>("start", Start::newest, {{"newest", Start::newest}, {"oldest", Start::oldest}});
    section.finish();
    return destination;
}

}  // namespace tapferry
