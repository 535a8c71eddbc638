// Elastic Common Schema 8.17: an event as a document for Elasticsearch, Kibana's rules and dashboards. What
// ECS has no field for stands below "dnstap". Fields in a fixed order, absent ones left out.
#pragma once

#include <string>

#include "encoders/encoder.h"
#include "encoders/options.h"
#include "encoders/remembered_text.h"
#include "proto/text_pieces.h"

namespace tapferry {

class EcsEncoder final : public Encoder {
  public:
    explicit EcsEncoder(const EcsOptions& options);
    void encode(const Event& event, RecordBuffer& records) override;

  private:
    void append_observer(struct JsonLine& line);

    std::string head_;  // from behind the time to event's first members
    RememberedText identity_;
    RememberedText version_;
    RememberedText input_;
    SecondText second_;
    SecondText received_second_;
};

}  // namespace tapferry
