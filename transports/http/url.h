// An address of the web, "https://host:port/path?query", taken apart once by the configuration (RFC 3986, for
// http and https alone).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace tapferry {

struct Url {
    bool https = false;
    std::string host;        // name or literal, without brackets
    std::uint16_t port = 0;  // the scheme's own when none is given
    std::string target;      // path and query, as a request has them; begins with "/"
    std::string user_info;   // "user:password", decoded; only where it is allowed
    std::string text;        // for people: without user_info and query, which may hold secrets

    // "host:port", as a request names the server; without the port where the scheme says it.
    [[nodiscard]] std::string authority() const;
    // The target with `path` behind its own path, whose last "/" counts for nothing, and the queries of both
    // in one. Of an empty path: as it is.
    [[nodiscard]] std::string target_below(std::string_view path) const;
};

enum class UserInfo : std::uint8_t { refused, allowed };

// Or what is wrong with it, as the end of a sentence that begins with the text: "names no host".
std::variant<Url, std::string> parse_url(std::string_view text, UserInfo user_info = UserInfo::refused);

// With every byte but letters, digits, "-", ".", "_" and "~" as %XX.
std::string percent_encoded(std::string_view text);

}  // namespace tapferry
