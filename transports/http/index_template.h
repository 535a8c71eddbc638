// What Elasticsearch and OpenSearch are told once, before the first document: what the index or data stream
// is like that a destination writes to. Requests as text; nothing is sent here.
#pragma once

#include <optional>
#include <string>

#include "transports/http/elasticsearch_options.h"

namespace tapferry {

struct IndexTemplate {
    std::string name;     // as the server lists it
    std::string pattern;  // of the indices or data streams that it is for
    std::string body;     // JSON
};

// None: the index begins with a time, so that no pattern is its own. `is_ecs`: documents have the fields of
// the Elastic Common Schema.
[[nodiscard]] std::optional<IndexTemplate> index_template_of(const ElasticsearchOptions& options,
                                                             bool is_ecs);
// Makes it; answered with 400 when there is one of that name.
[[nodiscard]] std::string creation_path(const IndexTemplate& index_template);

// The pipeline that the destination names, as far as we know what it should do: JSON. ECS documents are told
// when they came; others get the "@timestamp" that a data stream wants.
[[nodiscard]] std::string pipeline_body(bool is_ecs);
[[nodiscard]] std::string pipeline_path(const std::string& name);

}  // namespace tapferry
