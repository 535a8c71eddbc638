// The JSON that servers answer with, and nothing but what is asked of it: one of the doors of rapidjson. What
// is no JSON, or not of that shape, gives what is there without.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tapferry {

// Of Splunk's HTTP Event Collector.
struct HecAnswer {
    std::optional<unsigned> code;
    std::string text;
    std::optional<std::uint64_t> ack_id;
    bool has_odd_ack_id = false;                 // one that cannot be asked for
    std::optional<std::uint64_t> invalid_event;  // its place in the request, counted from 0
};
HecAnswer read_hec_answer(std::string_view body);
// The ids that are acknowledged.
std::vector<std::uint64_t> read_hec_acknowledgements(std::string_view body);

// Of Elasticsearch's _bulk: what became of one document.
struct BulkItem {
    unsigned status = 0;  // 0: it does not say
    std::string error_type;
    std::string reason;
};
// In the order of the request. None: the answer has no list of items.
std::optional<std::vector<BulkItem>> read_bulk_items(std::string_view body);
// Of its answer to a whole request: "type: reason", or "".
std::string read_bulk_error(std::string_view body);

// Of a token endpoint (RFC 6749, sections 5.1 and 5.2).
struct TokenAnswer {
    std::string token;  // empty: there is none
    std::optional<std::chrono::seconds> expires_in;
    std::string error;  // "invalid_client: the client is not known"
};
TokenAnswer read_token_answer(std::string_view body);

}  // namespace tapferry
