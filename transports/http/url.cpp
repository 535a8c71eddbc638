#include "transports/http/url.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "proto/characters.h"
#include "proto/digits.h"

namespace tapferry {
namespace {

constexpr std::size_t longest_host = 255;

bool is_host_character(char c) {
    return is_alphanumeric(c) || c == '-' || c == '.' || c == '_';
}

bool is_literal_character(char c) {
    return is_alphanumeric(c) || c == ':' || c == '.' || c == '%';
}

std::optional<unsigned> hex_value(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    c = to_lower(c);
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
    return std::nullopt;
}

std::string percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto high = text[i] == '%' && i + 2 < text.size() ? hex_value(text[i + 1]) : std::nullopt;
        const auto low = high ? hex_value(text[i + 2]) : std::nullopt;
        if (low) i += 2;
        out.push_back(low ? static_cast<char>(*high * 16 + *low) : text[i]);
    }
    return out;
}

// Takes the host off `text`; what is left is its port. False: it is none.
bool take_host(std::string_view& text, Url& url) {
    const bool literal = text.starts_with('[');
    const std::size_t end = literal ? text.find(']') : std::min(text.find(':'), text.size());
    if (end == std::string_view::npos) return false;
    url.host = text.substr(literal ? 1 : 0, literal ? end - 1 : end);
    text.remove_prefix(literal ? end + 1 : end);
    return !url.host.empty() && url.host.size() <= longest_host &&
           std::all_of(url.host.begin(), url.host.end(), literal ? is_literal_character : is_host_character);
}

bool take_port(std::string_view text, Url& url) {
    url.port = url.https ? 443 : 80;
    if (text.empty()) return true;
    if (!text.starts_with(':')) return false;
    text.remove_prefix(1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), url.port);
    return error == std::errc() && end == text.data() + text.size() && url.port != 0;
}

// Takes the scheme off.
bool take_scheme(std::string_view& text, Url& url) {
    const auto begins = [&text](std::string_view scheme) {
        return text.size() >= scheme.size() &&
               std::equal(scheme.begin(), scheme.end(), text.begin(),
                          [](char known, char c) { return known == to_lower(c); });
    };
    constexpr std::string_view plain = "http://", secure = "https://";
    url.https = begins(secure);
    if (!url.https && !begins(plain)) return false;
    text.remove_prefix(url.https ? secure.size() : plain.size());
    return true;
}

}  // namespace

std::string Url::authority() const {
    const bool literal = host.find(':') != std::string::npos;
    std::string named = literal ? "[" + host + "]" : host;
    if (port != (https ? 443 : 80)) named += ":" + std::to_string(port);
    return named;
}

std::string Url::target_below(std::string_view path) const {
    if (path.empty()) return target;
    const std::size_t query = std::min(target.find('?'), target.size());
    std::string_view own(target.data(), query);
    if (own.ends_with('/')) own.remove_suffix(1);
    std::string both = std::string(own).append(path);
    if (query == target.size()) return both;
    return both.append(path.find('?') == std::string_view::npos ? "?" : "&").append(target.substr(query + 1));
}

std::variant<Url, std::string> parse_url(std::string_view text, UserInfo user_info) {
    Url url;
    url.text = text.substr(0, text.find('?'));
    if (!std::all_of(text.begin(), text.end(), [](char c) { return is_printable(c) && c != ' '; }))
        return "holds a character that must be written as %XX";
    if (!take_scheme(text, url)) return "does not begin with \"http://\" or \"https://\"";
    const std::size_t end = std::min(text.find_first_of("/?#"), text.size());
    std::string_view authority = text.substr(0, end);
    url.target = text.substr(end);
    if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
        if (user_info == UserInfo::refused) return "holds a user's name; that has a key of its own";
        url.user_info = percent_decoded(authority.substr(0, at));
        const std::size_t begin = url.text.find("//") + 2;
        url.text.erase(begin, at + 1);
        authority.remove_prefix(at + 1);
    }
    if (!take_host(authority, url)) return "names no host";
    if (!take_port(authority, url)) return "has no port of 1 to 65535 after its host";
    if (url.target.find('#') != std::string::npos) return "has a \"#\", which is never sent";
    if (!url.target.starts_with('/')) url.target.insert(0, "/");
    return url;
}

std::string percent_encoded(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~') {
            out.push_back(c);
        } else {
            const auto& pair = hex_pairs[static_cast<unsigned char>(c)];
            out.append({'%', pair[0], pair[1]});
        }
    }
    return out;
}

}  // namespace tapferry
