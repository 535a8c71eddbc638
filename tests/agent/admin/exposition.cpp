#include "tests/agent/admin/exposition.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <limits>

#include "tests/agent/json_lines.h"

namespace tapferry::test {
namespace {

bool is_name_character(char c, bool first, bool label) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c == ':' && !label);
    return letter || (!first && c >= '0' && c <= '9');
}

// Takes a metric's or a label's name from the front.
std::string take_name(std::string_view& line, bool label) {
    std::size_t length = 0;
    while (length < line.size() && is_name_character(line[length], length == 0, label)) ++length;
    REQUIRE_MESSAGE(length > 0, "no name: ", std::string(line));
    std::string name(line.substr(0, length));
    line.remove_prefix(length);
    return name;
}

void take(std::string_view& line, std::string_view wanted) {
    REQUIRE_MESSAGE(line.starts_with(wanted), std::string(wanted), " expected: ", std::string(line));
    line.remove_prefix(wanted.size());
}

std::string take_label_value(std::string_view& line) {
    take(line, "\"");
    std::string value;
    while (!line.empty() && line.front() != '"') {
        if (line.front() == '\\') {
            REQUIRE(line.size() > 1);
            const char escaped = line[1];
            REQUIRE((escaped == '\\' || escaped == '"' || escaped == 'n'));
            value.push_back(escaped == 'n' ? '\n' : escaped);
            line.remove_prefix(2);
        } else {
            value.push_back(line.front());
            line.remove_prefix(1);
        }
    }
    take(line, "\"");
    return value;
}

Sample read_sample(std::string_view line) {
    Sample sample;
    sample.name = take_name(line, false);
    if (line.starts_with("{")) {
        take(line, "{");
        while (!line.starts_with("}")) {
            const std::string label = take_name(line, true);
            take(line, "=");
            const bool is_new = sample.labels.emplace(label, take_label_value(line)).second;
            CHECK(is_new);
            if (!line.starts_with("}")) take(line, ",");
        }
        take(line, "}");
    }
    take(line, " ");
    const std::string number(line);
    char* end = nullptr;
    sample.value = std::strtod(number.c_str(), &end);
    CHECK_MESSAGE((end == number.c_str() + number.size() && !number.empty()), number);
    return sample;
}

// The family that a sample belongs to.
std::string family_of(const Exposition& exposition, const std::string& name) {
    for (const std::string_view suffix : {"_bucket", "_sum", "_count"}) {
        if (!name.ends_with(suffix)) continue;
        const auto found = exposition.types.find(name.substr(0, name.size() - suffix.size()));
        if (found != exposition.types.end() && found->second == "histogram") return found->first;
    }
    return name;
}

// "# HELP name text" or "# TYPE name type"
void read_comment(std::string_view line, Exposition& exposition) {
    take(line, "# ");
    const bool help = line.starts_with("HELP ");
    take(line, help ? "HELP " : "TYPE ");
    const std::string name = take_name(line, false);
    take(line, " ");
    auto& told = help ? exposition.helps : exposition.types;
    CHECK_MESSAGE(told.emplace(name, std::string(line)).second, "a second time: ", name);
    if (!help)
        CHECK_MESSAGE((line == "counter" || line == "gauge" || line == "histogram"), std::string(line));
}

}  // namespace

double Exposition::value(std::string_view name, const std::map<std::string, std::string>& labels) const {
    std::vector<double> found;
    for (const auto& sample : samples)
        if (sample.name == name && sample.labels == labels) found.push_back(sample.value);
    REQUIRE_MESSAGE(found.size() == 1, std::string(name));
    return found.front();
}

Exposition read_exposition(std::string_view text) {
    Exposition exposition;
    std::vector<std::string> families;
    for (const auto& line : lines_of(text)) {
        CAPTURE(line);
        if (line.starts_with("#")) {
            read_comment(line, exposition);
            continue;
        }
        Sample sample = read_sample(line);
        const std::string family = family_of(exposition, sample.name);
        CHECK_MESSAGE(exposition.types.contains(family), family);
        if (families.empty() || families.back() != family) {
            CHECK_MESSAGE(std::find(families.begin(), families.end(), family) == families.end(), family);
            families.push_back(family);
        }
        for (const auto& other : exposition.samples)
            CHECK((other.name != sample.name || other.labels != sample.labels));
        exposition.samples.push_back(std::move(sample));
    }
    return exposition;
}

}  // namespace tapferry::test
