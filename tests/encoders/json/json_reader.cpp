#include "tests/encoders/json/json_reader.h"

#include <fstream>
#include <sstream>

namespace tapferry::test {
namespace {

rapidjson::Document schema_file() {
    std::ifstream file(TAPFERRY_SOURCE_DIR "/conf/schemas/tapferry-json-1.schema.json");
    std::stringstream text;
    text << file.rdbuf();
    return read_json(text.str());
}

}  // namespace

JsonSchema::JsonSchema() : file_(schema_file()), schema_(file_) {}

std::string JsonSchema::fault_of(const rapidjson::Document& document) const {
    rapidjson::SchemaValidator validator(schema_);
    if (document.Accept(validator)) return {};
    rapidjson::StringBuffer where;
    validator.GetInvalidDocumentPointer().StringifyUriFragment(where);
    return std::string(where.GetString()) + ": " + validator.GetInvalidSchemaKeyword();
}

}  // namespace tapferry::test
