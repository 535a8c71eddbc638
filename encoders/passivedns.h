// The line of gamelinux' passivedns, one for each record of each answer:
// seconds.micros||client||server||class||name.||type||rdata||ttl||count
// Always nine columns. Which events count is decided by the frame alone, see passivedns.cpp.
#pragma once

#include "encoders/answer_chain.h"
#include "encoders/encoder.h"
#include "encoders/options.h"

namespace tapferry {

class PassivednsEncoder final : public Encoder {
  public:
    explicit PassivednsEncoder(const PassivednsOptions& options) : options_(options) {}
    void encode(const Event& event, RecordBuffer& records) override;

  private:
    void append_answers(const Event& event, RecordBuffer& records);
    void append_error(const Event& event, RecordBuffer& records);
    void append_head(const Event& event, TextBuffer& out) const;

    PassivednsOptions options_;
    AnswerChain chain_;
    TextBuffer owner_;
};

}  // namespace tapferry
