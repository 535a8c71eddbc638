#include "transports/http/authorization.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "transports/http/request.h"
#include "transports/http/secrets.h"
#include "transports/secret_file.h"
#include "transports/without_secrets.h"

namespace tapferry {

using namespace std::chrono_literals;
using Kind = HttpCredentials::Kind;

namespace {

// A token is asked for anew so long before it ends, or after half of its time when that is short.
constexpr auto renewed_before = 60s;
// RFC 6749 does not say for how long a token without a time is good.
constexpr auto usual_token_life = 300s;

}  // namespace

HttpAuthorization::HttpAuthorization(const HttpServers& servers)
    : credentials_(servers.credentials), configured_(configured_secrets(servers)) {}

bool HttpAuthorization::needs_token(Time now) const {
    return credentials_.kind == Kind::oauth2 && (token_.empty() || (now >= token_ends_ && !token_is_fresh_));
}

std::optional<std::string> HttpAuthorization::token_request() {
    const auto text = secret();
    if (!text) return std::nullopt;
    std::string body = "grant_type=client_credentials&client_id=" + percent_encoded(credentials_.name) +
                       "&client_secret=" + percent_encoded(*text);
    if (!credentials_.scope.empty()) body += "&scope=" + percent_encoded(credentials_.scope);
    return body;
}

void HttpAuthorization::take_token(const TokenAnswer& answer, Time now) {
    token_ = answer.token;
    const std::chrono::seconds life = answer.expires_in.value_or(usual_token_life);
    token_ends_ = now + std::max<std::chrono::seconds>(life - renewed_before, life / 2);
    token_is_fresh_ = true;
    was_accepted_ = false;
}

std::optional<std::string> HttpAuthorization::value() {
    if (credentials_.kind == Kind::none) return "";
    if (credentials_.kind == Kind::oauth2) {
        token_is_fresh_ = false;
        return "Bearer " + token_;
    }
    const auto text = secret();
    if (!text) return std::nullopt;
    if (credentials_.kind == Kind::basic) return basic_credentials(credentials_.name + ":" + *text);
    return credentials_.scheme + " " + *text;
}

bool HttpAuthorization::refused() {
    const bool renewed = std::exchange(was_accepted_, false);
    if (credentials_.kind == Kind::oauth2) {
        token_.clear();
        from_file_.reset();
        return renewed;
    }
    if (!from_file_) return false;
    const std::string before = *std::exchange(from_file_, std::nullopt);
    const auto now = secret();
    return now && *now != before;
}

std::string HttpAuthorization::without_secrets(std::string words) const {
    std::vector<std::string> secrets = configured_;
    const std::string& secret = from_file_ ? *from_file_ : credentials_.secret;
    secrets.insert(secrets.end(), {secret, percent_encoded(secret), token_});
    if (credentials_.kind == Kind::basic) {
        const std::string basic = basic_credentials(credentials_.name + ":" + secret);
        secrets.push_back(basic.substr(basic.find(' ') + 1));  // "Basic " is none
    }
    return tapferry::without_secrets(std::move(words), secrets);
}

std::optional<std::string> HttpAuthorization::secret() {
    if (credentials_.secret_file.empty()) return credentials_.secret;
    if (from_file_) return from_file_;
    auto read = read_secret_file(credentials_.secret_file);
    if (const auto* wrong = std::get_if<SecretFault>(&read)) {
        fault_ = wrong->words;
        return std::nullopt;
    }
    auto& text = std::get<std::string>(read);
    if (!is_header_value(text)) {
        fault_ = credentials_.secret_file + " holds what cannot be a secret";
        return std::nullopt;
    }
    from_file_ = std::move(text);
    return from_file_;
}

}  // namespace tapferry
