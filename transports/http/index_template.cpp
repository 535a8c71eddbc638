#include "transports/http/index_template.h"

#include <string_view>

#include "transports/http/url.h"

namespace tapferry {

namespace {

// Above what the servers bring along for logs-*-*.
constexpr std::string_view priority = "250";

// A stream's name is type, data set and name space; what it is like hangs on the first two.
std::string pattern_of(const ElasticsearchOptions& options) {
    const std::string& index = options.index;
    if (!options.is_data_stream) {
        const std::size_t time = index.find('%');
        return time == std::string::npos ? index : index.substr(0, time) + "*";
    }
    const std::size_t first = index.find('-');
    const std::size_t second = first == std::string::npos ? first : index.find('-', first + 1);
    return second == std::string::npos ? index : index.substr(0, second) + "-*";
}

// Strings are looked for whole, and are short enough for the index whatever a name holds.
constexpr std::string_view strings = R"("dynamic_templates":[{"strings":{"match_mapping_type":"string",)"
                                     R"("mapping":{"type":"keyword","ignore_above":1024}}}])";
constexpr std::string_view ecs_fields =
    R"("@timestamp":{"type":"date_nanos"},)"
    R"("event":{"properties":{"duration":{"type":"long"}}},)"
    R"("source":{"properties":{"ip":{"type":"ip"},"port":{"type":"long"}}},)"
    R"("destination":{"properties":{"ip":{"type":"ip"},"port":{"type":"long"}}},)"
    R"("dns":{"properties":{"resolved_ip":{"type":"ip"}}})";
constexpr std::string_view time_field = R"("@timestamp":{"type":"date_nanos"})";

}  // namespace

std::optional<IndexTemplate> index_template_of(const ElasticsearchOptions& options, bool is_ecs) {
    IndexTemplate made;
    made.pattern = pattern_of(options);
    if (made.pattern == "*") return std::nullopt;
    made.name = made.pattern.substr(0, made.pattern.find_last_not_of("-_.*") + 1);
    made.body = R"({"index_patterns":[")" + made.pattern + R"("],"priority":)" + std::string(priority) + ",";
    if (options.is_data_stream) made.body += R"("data_stream":{},)";
    made.body += R"("template":{"mappings":{)" + std::string(strings) + R"(,"properties":{)" +
                 std::string(is_ecs                   ? ecs_fields
                             : options.is_data_stream ? time_field
                                                      : std::string_view()) +
                 "}}}}";
    return made;
}

std::string creation_path(const IndexTemplate& index_template) {
    return "/_index_template/" + percent_encoded(index_template.name) + "?create=true";
}

std::string pipeline_body(bool is_ecs) {
    return is_ecs
               ? R"({"description":"Events of Tapferry: when they came here","processors":[)"
                 R"({"set":{"field":"event.ingested","value":"{{{_ingest.timestamp}}}"}}]})"
               : R"({"description":"Events of Tapferry: their time, where a data stream wants it","processors":[)"
                 R"({"set":{"field":"@timestamp","copy_from":"time","ignore_empty_value":true}}]})";
}

std::string pipeline_path(const std::string& name) {
    return "/_ingest/pipeline/" + percent_encoded(name);
}

}  // namespace tapferry
