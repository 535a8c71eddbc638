// JSON that the agent writes, read strictly by rapidjson, for tests.
#pragma once

#include <doctest/doctest.h>
#include <rapidjson/document.h>

#include <string>
#include <string_view>
#include <vector>

namespace tapferry::test {

// The test fails when it is not JSON, or not in UTF-8.
inline rapidjson::Document read_json(std::string_view text) {
    rapidjson::Document document;
    document.Parse<rapidjson::kParseFullPrecisionFlag | rapidjson::kParseValidateEncodingFlag>(text.data(),
                                                                                               text.size());
    REQUIRE_MESSAGE(!document.HasParseError(), std::string(text));
    return document;
}

// Lines without their ends; the test fails when the last one has none.
inline std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const auto end = text.find('\n');
        REQUIRE_MESSAGE(end != std::string_view::npos, "the last line has no end: ", std::string(text));
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(end + 1);
    }
    return lines;
}

}  // namespace tapferry::test
