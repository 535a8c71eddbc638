// Which events tell passive DNS something, and which of their records it believes. Used by the formats of
// passive DNS; storage is reused, and the owner is one encoder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "encoders/options.h"
#include "encoders/passive/answer_chain.h"
#include "proto/event.h"
#include "proto/text_buffer.h"

namespace tapferry {

// What an event is that tells passive DNS nothing: "a query"; empty: it is a source, and has records.
std::string_view no_source_words(const Event& event, const PassiveSelection& options);

class PassiveRecords {
  public:
    explicit PassiveRecords(const PassiveSelection& options) : options_(options) {}

    // Whether the event counts. It must outlive what follows.
    [[nodiscard]] bool start(const Event& event);
    // The next record that is to be told; nullptr: there are no more.
    [[nodiscard]] const dns::ResourceRecord* next();
    // The event has more records than are looked at.
    [[nodiscard]] bool has_more() const { return has_more_; }
    // Its owner in canonical text, without a trailing dot.
    [[nodiscard]] std::string_view owner() const { return owner_.view(); }
    // How many records it did not believe because they do not belong to what was asked.
    [[nodiscard]] std::uint64_t left_out() const { return left_out_; }

  private:
    void render_owner(const dns::ResourceRecord& record);

    PassiveSelection options_;
    const Event* event_ = nullptr;
    std::size_t at_ = 0;
    std::size_t end_ = 0;
    bool has_more_ = false;
    AnswerChain chain_;
    TextBuffer owner_;
    std::uint64_t left_out_ = 0;
};

}  // namespace tapferry
