// The extension of a CEF event with the keys, their order and the text of answers that content for Infoblox's
// DNS events looks for, and behind them what those do not have. Used by cef.cpp.
#pragma once

#include "encoders/cef/cef_pairs.h"

namespace tapferry {

class InfobloxLine {
  public:
    // Appends the whole extension. For the arguments see CefPairs.
    InfobloxLine(TextBuffer& out, const Event& event, CefOptions::Ipv6 ipv6, std::size_t answer,
                 const Shortening& keep)
        : pairs_(out, event, ipv6, answer, keep), out_(out), event_(event), keep_(keep) {
        append();
    }
    InfobloxLine(const InfobloxLine&) = delete;
    InfobloxLine& operator=(const InfobloxLine&) = delete;

    [[nodiscard]] const ShownAnswers& answers() const { return pairs_.shown_answers; }
    [[nodiscard]] CutFields cut() const { return pairs_.cut; }

  private:
    void append();
    void append_view();
    void append_question();
    void append_flags();
    void append_counts();
    void append_rest();
    void append_reason();

    CefPairs pairs_;
    TextBuffer& out_;
    const Event& event_;
    const Shortening& keep_;
};

}  // namespace tapferry
