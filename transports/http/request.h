// A request of HTTP/1.1 in one piece: the body is appended first, and the head is put before it when its
// length is known.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tapferry {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpHead {
    std::string method;
    std::string target;
    std::string authority;
    HttpHeaders headers;  // beside Host, User-Agent and Content-Length
};

class HttpRequest {
  public:
    // A new request. The body is what is appended to the text that this returns, behind what it holds.
    std::string& begin(const HttpHead& head);
    // The whole, good until the next begin().
    [[nodiscard]] std::string_view finish();

  private:
    std::string head_;
    std::string bytes_;
};

// The header's value for a name and a password (RFC 7617).
std::string basic_credentials(std::string_view name_and_password);

// Whether the text may stand as a header's name or value: it cannot end it, nor begin another.
bool is_header_name(std::string_view text);
bool is_header_value(std::string_view text);

}  // namespace tapferry
