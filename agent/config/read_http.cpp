#include "agent/config/read_http.h"

#include <algorithm>
#include <utility>

#include "agent/config/read_http_servers.h"
#include "transports/http/request.h"

namespace tapferry {

namespace {

enum class Body : std::uint8_t { lines, array, single };

void read_body(Section& section, HttpOptions& options) {
    const auto body = section.choice<Body>(
        "body", Body::lines, {{"lines", Body::lines}, {"array", Body::array}, {"single", Body::single}});
    options.one_record_each = body == Body::single;
    const bool array = body == Body::array;
    options.prefix = section.text("prefix", array ? "[" : "");
    options.separator = section.text("separator", array ? "," : body == Body::lines ? "\n" : "");
    options.suffix = section.text("suffix", array ? "]" : body == Body::lines ? "\n" : "");
    if (options.one_record_each && section.has("separator"))
        section.fault("separator", "does not apply to body = \"single\": a request has one event");
    // Known by fit_http() when it is not said.
    options.content_type = section.text("content_type", array ? "application/json" : "");
    if (!is_header_value(options.content_type))
        section.fault("content_type", "must be printable ASCII characters");
}

std::vector<unsigned> read_statuses(Section& section, std::string_view key) {
    constexpr std::int64_t least = 200, most = 599;
    std::vector<unsigned> statuses;
    for (const std::int64_t status : section.integers(key, "such as [409]")) {
        if (status < least || status > most)
            section.fault(key, std::to_string(status) + " is not a status from 200 to 599");
        else
            statuses.push_back(static_cast<unsigned>(status));
    }
    return statuses;
}

void check_statuses(Section& section, const HttpOptions& options) {
    for (const unsigned status : options.refuse) {
        if (std::find(options.accept.begin(), options.accept.end(), status) != options.accept.end())
            section.fault("refuse", "and \"accept\" both have " + std::to_string(status));
    }
    for (const unsigned status : options.retry) {
        for (const auto* other : {&options.accept, &options.refuse})
            if (std::find(other->begin(), other->end(), status) != other->end())
                section.fault("retry_status",
                              "has " + std::to_string(status) + ", which \"accept\" or \"refuse\" has too");
    }
}

void read_oauth2(Section& section, DestinationConfig& destination, HttpCredentials& credentials) {
    const bool wanted = section.has("oauth2");
    const bool logs_in_otherwise = credentials.kind != HttpCredentials::Kind::none;
    Section table = section.table("oauth2");
    HttpCredentials read;
    read.kind = HttpCredentials::Kind::oauth2;
    read.name = wanted ? table.required_text("client_id", "tapferry") : table.text("client_id", "");
    read.scope = table.text("scope", "");
    const std::string url = wanted
                                ? table.required_text("token_url", "https://login.example.com/oauth2/token")
                                : table.text("token_url", "");
    const std::size_t faults_before = section.reading().faults.size();
    const bool has_secret = read_http_secret(table, "client_secret", destination, read);
    const bool was_read = section.reading().faults.size() == faults_before;
    table.finish();
    if (!wanted) return;
    if (!has_secret && was_read) table.fault("client_secret", "or \"client_secret_file\" is missing");
    if (logs_in_otherwise)
        section.fault("oauth2", "and a password or token are both given; a request has one of them");
    auto parsed = parse_url(url);
    if (const auto* fault = std::get_if<std::string>(&parsed); fault != nullptr && !url.empty())
        table.fault("token_url", "\"" + url + "\" " + *fault);
    if (auto* good = std::get_if<Url>(&parsed)) read.token_url = std::move(*good);
    credentials = std::move(read);
}

bool is_method(const std::string& text) {
    return !text.empty() && text.size() <= 20 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace

HttpOptions read_http(Section& section, DestinationConfig& destination) {
    HttpOptions options;
    options.servers =
        read_http_servers(section, destination, "https://logs.example.com/ingest", Compression::none);
    read_http_login(section, destination, options.servers, {{"bearer_token", "Bearer"}});
    read_oauth2(section, destination, options.servers.credentials);
    // A token endpoint has TLS, as a rule, where the URLs have it.
    if (options.servers.credentials.token_url.https && !options.servers.tls)
        options.servers.tls = TlsOptions{};
    warn_of_plain_http(section, options.servers);
    options.method = section.text("method", options.method);
    if (!is_method(options.method))
        section.fault("method", "must be a method in capitals, such as \"POST\" or \"PUT\"");
    if (options.method == "GET" || options.method == "HEAD" || options.method == "DELETE")
        section.fault("method", "\"" + options.method + "\" carries no body");
    read_body(section, options);
    options.accept = read_statuses(section, "accept");
    options.refuse = read_statuses(section, "refuse");
    options.retry = read_statuses(section, "retry_status");
    check_statuses(section, options);
    return options;
}

void fit_http(Section& section, DestinationConfig& destination) {
    auto& options = std::get<HttpOptions>(destination.transport);
    if (section.text("body", "") == "array" && !is_json_format(destination.format))
        section.fault("body", "\"array\" makes an array of JSON, and format \"" + destination.format_name +
                                  "\" is not JSON");
    if (!options.content_type.empty()) return;
    if (!is_json_format(destination.format))
        options.content_type = "text/plain; charset=utf-8";
    else
        options.content_type = options.one_record_each ? "application/json" : "application/x-ndjson";
}

bool is_json_format(const FormatOptions& format) {
    return std::holds_alternative<JsonOptions>(format) || std::holds_alternative<EcsOptions>(format) ||
           std::holds_alternative<CimOptions>(format) || std::holds_alternative<OcsfOptions>(format) ||
           std::holds_alternative<AsimOptions>(format) || std::holds_alternative<ZeekOptions>(format) ||
           std::holds_alternative<GelfOptions>(format) || std::holds_alternative<CofOptions>(format) ||
           std::holds_alternative<SummaryOptions>(format);
}

}  // namespace tapferry
