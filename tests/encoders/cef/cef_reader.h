// A CEF line taken apart by the standard's rules alone, for tests: independent of the encoder.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tapferry::test {

struct CefRecord {
    std::vector<std::string> header;                             // the seven fields, unescaped
    std::vector<std::pair<std::string, std::string>> extension;  // in order, values unescaped

    // The value of a key, or "(absent)".
    [[nodiscard]] std::string operator[](std::string_view key) const;
    [[nodiscard]] std::vector<std::string> keys() const;
};

// Throws std::runtime_error for what is not CEF, a key that comes twice or an escape that does not exist.
CefRecord read_cef(std::string_view line);

}  // namespace tapferry::test
