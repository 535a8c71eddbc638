// JSON lines and the shipped schema, read by rapidjson, for tests.
#pragma once

#include <doctest/doctest.h>
#include <rapidjson/document.h>
#include <rapidjson/schema.h>
#include <rapidjson/stringbuffer.h>

#include <string>

namespace tapferry::test {

inline rapidjson::Document read_json(const std::string& line) {
    rapidjson::Document document;
    document.Parse<rapidjson::kParseFullPrecisionFlag>(line.data(), line.size());
    REQUIRE_MESSAGE(!document.HasParseError(), line);
    return document;
}

// conf/schemas/tapferry-json-1.schema.json.
class JsonSchema {
  public:
    JsonSchema();
    // Empty: the document is as the schema says; else the place and the rule that it breaks.
    std::string fault_of(const rapidjson::Document& document) const;
    // Names of the members, in the order of the file.
    [[nodiscard]] const rapidjson::Document& file() const { return file_; }

  private:
    rapidjson::Document file_;
    rapidjson::SchemaDocument schema_;
};

}  // namespace tapferry::test
