// A LEEF 2.0 line taken apart by IBM's rules alone, for tests: independent of the encoder.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tapferry::test {

struct LeefRecord {
    std::vector<std::string> header;  // version, vendor, product, product's version, event id, delimiter
    std::vector<std::pair<std::string, std::string>> pairs;  // in order

    // The value of a key, or "(absent)".
    [[nodiscard]] std::string operator[](std::string_view key) const;
};

// Throws std::runtime_error for what is not LEEF 2.0 with TAB as its delimiter, and for a key that comes
// twice.
LeefRecord read_leef(std::string_view line);

}  // namespace tapferry::test
