// Prometheus' text exposition format 0.0.4, read from its definition, for tests.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tapferry::test {

struct Sample {
    std::string name;
    std::map<std::string, std::string> labels;
    double value = 0;
};

struct Exposition {
    std::map<std::string, std::string> types;  // by family
    std::map<std::string, std::string> helps;
    std::vector<Sample> samples;

    // Those whose labels are exactly these; the test fails when there is not exactly one.
    [[nodiscard]] double value(std::string_view name,
                               const std::map<std::string, std::string>& labels = {}) const;
    [[nodiscard]] bool has(std::string_view family) const { return types.contains(std::string(family)); }
};

// The test fails at a line that the format does not have, a sample without its family's type, a family in two
// pieces, or a sample that is there twice.
Exposition read_exposition(std::string_view text);

}  // namespace tapferry::test
