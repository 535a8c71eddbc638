// Elasticsearch and OpenSearch: documents by _bulk, each created under its record's id, and a verdict for
// each of them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "encoders/records.h"
#include "proto/text_buffer.h"
#include "transports/http/answer_json.h"
#include "transports/http/dialect.h"
#include "transports/http/elasticsearch_options.h"
#include "transports/http/stream_check.h"

namespace tapferry {

class BulkDialect final : public HttpDialect {
  public:
    explicit BulkDialect(ElasticsearchOptions options);

    [[nodiscard]] RequestForm form(Lane) const override;
    void write_body(const RecordRange& range, std::string& out) override;
    [[nodiscard]] std::size_t longest_answer(std::size_t records) const override;
    Outcome judge(const ServerAnswer& answer, const RecordRange& range, Ticket, Lane, Time) override;
    std::optional<SideQuestion> question(Lane, Time) override { return stream_check_.question(); }
    void take_answer(Lane, const ServerAnswer* answer, Time) override { stream_check_.take_answer(answer); }
    [[nodiscard]] std::string take_warning() override { return stream_check_.take_warning(); }

  private:
    // What stands before each document but for its id: of the hour that the event lies in.
    [[nodiscard]] std::string_view action_at(const Timestamp& time);

    const ElasticsearchOptions options_;
    const std::string path_;
    std::string action_;
    std::int64_t hour_ = 0;  // of action_, since 1970
    TextBuffer id_;
    StreamCheck stream_check_;
};

// The name of an index: %Y %m %d and %H are of that time.
std::string index_at(std::string_view pattern, std::int64_t seconds);
// Why it cannot be the name of an index or a data stream, at any time; empty: it can.
std::string fault_of_index(std::string_view pattern);

}  // namespace tapferry
