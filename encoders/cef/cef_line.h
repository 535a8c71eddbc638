// The extension of a CEF event, with ArcSight's keys. Used by cef.cpp.
#pragma once

#include "encoders/cef/cef_pairs.h"

namespace tapferry {

class CefLine {
  public:
    // Appends the whole extension. For the arguments see CefPairs.
    CefLine(TextBuffer& out, const Event& event, CefOptions::Ipv6 ipv6, std::size_t answer,
            const Shortening& keep)
        : pairs_(out, event, ipv6, answer, keep), out_(out), event_(event), keep_(keep) {
        append();
    }
    CefLine(const CefLine&) = delete;
    CefLine& operator=(const CefLine&) = delete;

    [[nodiscard]] const ShownAnswers& answers() const { return pairs_.shown_answers; }
    [[nodiscard]] CutFields cut() const { return pairs_.cut; }

  private:
    void append();
    void append_action();
    void append_outcome();
    void append_custom_strings();
    void append_flags();
    void append_custom_numbers();
    void append_message();

    CefPairs pairs_;
    TextBuffer& out_;
    const Event& event_;
    const Shortening& keep_;
};

}  // namespace tapferry
