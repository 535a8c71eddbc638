// How the destination type elasticsearch delivers, finished and checked.
#pragma once

#include <string>

#include "encoders/records.h"
#include "transports/http/options.h"

namespace tapferry {

// Elasticsearch and OpenSearch by their _bulk. Accepted means: each document is stored, or was before.
struct ElasticsearchOptions {
    HttpServers servers;
    // The index or data stream, in which %Y %m %d and %H are the event's time in UTC.
    std::string index;
    bool is_data_stream = true;  // then it has no time, and documents have "@timestamp"
    bool use_id = true;          // the record's id is the document's, so that none is stored twice
    std::string pipeline;        // empty: the index's own
    Framing framing = Framing::none;
};

}  // namespace tapferry
