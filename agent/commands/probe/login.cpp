#include "agent/commands/probe/login.h"

#include <algorithm>
#include <variant>

namespace tapferry {

namespace {

using Words = std::optional<std::string>;

Words login_to(const HttpServers& servers) {
    const HttpCredentials& credentials = servers.credentials;
    switch (credentials.kind) {
        case HttpCredentials::Kind::none:
            return std::nullopt;
        case HttpCredentials::Kind::basic:
            return "as " + credentials.name;
        case HttpCredentials::Kind::token:
            return credentials.scheme == "ApiKey" ? "with an API key" : "with a token";
        case HttpCredentials::Kind::oauth2:
            return "as " + credentials.name + ", with a token of " + credentials.token_url.text;
    }
    return std::nullopt;
}

Words login_by(const KafkaOptions& options) {
    const auto property = [&options](std::string_view name) {
        const auto found = std::find_if(options.properties.rbegin(), options.properties.rend(),
                                        [name](const auto& one) { return one.first == name; });
        return found == options.properties.rend() ? std::string() : found->second;
    };
    const std::string mechanism = property("sasl.mechanism");
    if (mechanism.empty()) return std::nullopt;
    const std::string user = property("sasl.username");
    return "by " + mechanism + (user.empty() ? "" : ", as " + user);
}

struct Login {
    Words operator()(const HttpOptions& options) const { return login_to(options.servers); }
    Words operator()(const SplunkHecOptions& options) const { return login_to(options.servers); }
    Words operator()(const ElasticsearchOptions& options) const { return login_to(options.servers); }
    Words operator()(const KafkaOptions& options) const { return login_by(options); }
    Words operator()(const FluentOptions& options) const {
        if (options.shared_key.empty()) return std::nullopt;
        return options.username.empty() ? "with the shared key"
                                        : "with the shared key, as " + options.username;
    }
    Words operator()(const auto&) const { return std::nullopt; }
};

}  // namespace

Words login_of(const TransportOptions& options) {
    return std::visit(Login{}, options);
}

bool is_login_checked(const TransportOptions& options) {
    return std::holds_alternative<KafkaOptions>(options) || std::holds_alternative<FluentOptions>(options);
}

}  // namespace tapferry
