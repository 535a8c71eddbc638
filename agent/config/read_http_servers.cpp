#include "agent/config/read_http_servers.h"

#include <algorithm>
#include <utility>

#include "agent/config/read_secret.h"
#include "agent/config/read_tls.h"
#include "transports/http/request.h"
#include "transports/http/secrets.h"

namespace tapferry {

using namespace std::chrono_literals;

namespace {

void add_url(Section& section, std::string_view key, const std::string& text, std::vector<Url>& urls) {
    auto url = parse_url(text);
    if (const auto* fault = std::get_if<std::string>(&url))
        section.fault(key, "\"" + text + "\" " + *fault);
    else
        urls.push_back(std::move(std::get<Url>(url)));
}

std::vector<Url> read_urls(Section& section, std::string_view example) {
    std::vector<Url> urls;
    const bool several = section.has("urls");
    const auto texts = section.texts("urls");
    if (!several) {
        const std::string text = section.required_text("url", example);
        if (!text.empty()) add_url(section, "url", text, urls);
        return urls;
    }
    if (section.has("url")) section.fault("url", "and \"urls\" are both given; give one of them");
    section.know("url");
    if (texts && texts->empty())
        section.fault("urls", "must name at least one, such as [\"" + std::string(example) + "\"]");
    for (const std::string& text : texts.value_or(std::vector<std::string>{}))
        add_url(section, "urls", text, urls);
    return urls;
}

// Those that are ours to write.
bool is_our_header(std::string_view name) {
    const std::string lower = lower_case(name);
    const std::initializer_list<std::string_view> ours{
        "host",          "content-length", "content-encoding",   "connection", "te", "transfer-encoding",
        "authorization", "expect",         "proxy-authorization"};
    return std::find(ours.begin(), ours.end(), lower) != ours.end();
}

HttpHeaders read_headers(Section table) {
    HttpHeaders headers;
    for (const std::string& name : table.names()) {
        const std::string value = table.text(name, "");
        if (!is_header_name(name))
            table.fault(name, "is not the name of a header");
        else if (is_our_header(name))
            table.fault(name, "is a header that is set by Tapferry itself, or has a key of its own");
        else if (!is_header_value(value))
            table.fault(name, "must be printable ASCII characters");
        else if (names_a_secret(name))
            check_stands_in_private(table, name);
        headers.emplace_back(name, value);
    }
    return headers;
}

std::optional<Url> read_proxy(Section& section) {
    const std::string text = section.text("proxy", "");
    if (text.empty()) return std::nullopt;
    auto url = parse_url(text, UserInfo::allowed);
    if (const auto* good = std::get_if<Url>(&url); good != nullptr && !good->user_info.empty())
        check_stands_in_private(section, "proxy");
    if (const auto* fault = std::get_if<std::string>(&url)) {
        section.fault("proxy", "is not a URL: it " + *fault);
        return std::nullopt;
    }
    if (std::get<Url>(url).https)
        section.fault("proxy",
                      "must begin with \"http://\": it is asked to pass TLS on, and not spoken to with TLS");
    return std::get<Url>(url);
}

bool any_https(const HttpServers& servers) {
    return servers.credentials.token_url.https ||
           std::any_of(servers.urls.begin(), servers.urls.end(), [](const Url& url) { return url.https; });
}

// TLS is what the URLs say; the table says how.
std::optional<TlsOptions> read_http_tls(Section& section, DestinationConfig& destination, bool https,
                                        const std::vector<Url>& urls) {
    const bool is_flag = section.has_flag("tls");
    if (is_flag && section.flag("tls", https) != https)
        section.fault("tls", https ? "= false contradicts a URL that begins with \"https://\""
                                   : "= true contradicts URLs that begin with \"http://\"");
    if (is_flag) return https ? std::optional(TlsOptions{}) : std::nullopt;
    auto tls = read_tls(section, destination, https);
    if (tls && !https && !urls.empty()) section.fault("tls", "goes with URLs that begin with \"https://\"");
    return tls;
}

}  // namespace

HttpServers read_http_servers(Section& section, DestinationConfig& destination, std::string_view example,
                              Compression compression) {
    HttpServers servers;
    servers.urls = read_urls(section, example);
    servers.headers = read_headers(section.table("headers"));
    servers.proxy = read_proxy(section);
    servers.tls = read_http_tls(section, destination, any_https(servers), servers.urls);
    servers.compression = section.choice<Compression>(
        "compression", compression,
        {{"none", Compression::none}, {"gzip", Compression::gzip}, {"zstd", Compression::zstd}});
    servers.connections = section.integer("connections", servers.connections, 1, 16);
    servers.timeout = section.duration("timeout", servers.timeout, 1s, 1h);
    return servers;
}

bool read_http_secret(Section& section, std::string_view key, DestinationConfig& destination,
                      HttpCredentials& credentials) {
    const GivenSecret given = read_secret(section, key, destination);
    if (!is_header_value(given.text))
        section.fault(given.file.empty() ? key : std::string(key) + "_file",
                      given.text.find('\n') != std::string::npos ? "must hold one line, and holds several"
                                                                 : "must be printable ASCII characters");
    if (given.is_there()) {
        credentials.secret = given.file.empty() ? given.text : "";
        credentials.secret_file = given.file;
    }
    return given.is_there();
}

void read_http_login(Section& section, DestinationConfig& destination, HttpServers& servers,
                     std::initializer_list<HttpTokenKey> tokens) {
    HttpCredentials& credentials = servers.credentials;
    const std::size_t faults_before = section.reading().faults.size();
    const std::string username = section.text("username", "");
    const bool has_password = read_http_secret(section, "password", destination, credentials);
    // What could not be read is not missing.
    const bool was_read = section.reading().faults.size() == faults_before;
    std::string ways;
    if (!username.empty() || has_password) {
        credentials.kind = HttpCredentials::Kind::basic;
        credentials.name = username;
        ways = "username";
        if (!has_password && was_read) section.fault("password", "or \"password_file\" is missing");
        if (username.empty() && was_read)
            section.fault("password", "belongs to a \"username\", which is not given");
        if (username.find(':') != std::string::npos || !is_header_value(username))
            section.fault("username", "must be printable ASCII characters without \":\"");
    }
    for (const auto& [key, scheme] : tokens) {
        if (!read_http_secret(section, key, destination, credentials)) continue;
        if (!ways.empty())
            section.fault(key, "and \"" + ways + "\" are both given; a request has one of them");
        ways = key;
        credentials.kind = HttpCredentials::Kind::token;
        credentials.scheme = scheme;
    }
}

void warn_of_plain_http(Section& section, const HttpServers& servers) {
    if (servers.credentials.kind == HttpCredentials::Kind::none) return;
    for (const Url& url : servers.urls) {
        const bool nearby = url.host == "localhost" || url.host == "::1" || url.host.starts_with("127.");
        if (url.https || nearby) continue;
        section.warn(section.has("urls") ? "urls" : "url",
                     url.text + " has no TLS: whoever listens on the way can log in, too");
    }
}

std::string where_http(const HttpServers& servers) {
    std::string text;
    for (const Url& url : servers.urls) text += (text.empty() ? "" : ", ") + url.text;
    if (servers.proxy) text += " by the proxy " + servers.proxy->text;
    if (servers.tls && !servers.tls->verify) text += ", not verified";
    return text;
}

}  // namespace tapferry
