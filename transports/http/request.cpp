#include "transports/http/request.h"

#include <algorithm>

#include "proto/base_encoding.h"
#include "proto/characters.h"

namespace tapferry {
namespace {

// "Content-Length: 18446744073709551615" and the two ends of lines behind it.
constexpr std::size_t longest_length_line = 40;

}  // namespace

std::string& HttpRequest::begin(const HttpHead& head) {
    head_.clear();
    head_.append(head.method).append(" ").append(head.target).append(" HTTP/1.1\r\nHost: ");
    head_.append(head.authority).append("\r\nUser-Agent: tapferry\r\n");
    for (const auto& [name, value] : head.headers)
        head_.append(name).append(": ").append(value).append("\r\n");
    bytes_.assign(head_.size() + longest_length_line, ' ');
    return bytes_;
}

std::string_view HttpRequest::finish() {
    const std::size_t body = head_.size() + longest_length_line;
    const std::string length = "Content-Length: " + std::to_string(bytes_.size() - body) + "\r\n\r\n";
    const std::size_t begin = body - length.size() - head_.size();
    std::copy(head_.begin(), head_.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(begin));
    std::copy(length.begin(), length.end(),
              bytes_.begin() + static_cast<std::ptrdiff_t>(begin + head_.size()));
    return std::string_view(bytes_).substr(begin);
}

std::string basic_credentials(std::string_view name_and_password) {
    TextBuffer out;
    out.append("Basic ");
    append_base64(
        out, {reinterpret_cast<const std::uint8_t*>(name_and_password.data()), name_and_password.size()});
    return std::string(out.view());
}

bool is_header_name(std::string_view text) {
    static constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return is_alphanumeric(c) || others.find(c) != std::string_view::npos;
    });
}

bool is_header_value(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return is_printable(c) || c == '\t'; });
}

}  // namespace tapferry
