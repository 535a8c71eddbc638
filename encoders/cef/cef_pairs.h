// The extension of one CEF event being appended: the pairs that both profiles have. Each writes the space
// before its key. Used by cef_line.cpp and infoblox_line.cpp; lives for one event. What notices have too are
// functions, used by notice_pairs.cpp.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "encoders/cef/shortening.h"
#include "encoders/cut_fields.h"
#include "encoders/options.h"
#include "proto/dns_text.h"
#include "proto/event.h"
#include "proto/text_buffer.h"

namespace tapferry {

// Of an event whose answers become an event each: which one is shown. `all`: they stay together.
inline constexpr std::size_t all_answers = ~std::size_t{0};

// What the extensions of events and of notices share.

// CEF's keys are alphanumeric: "rack_row" is written "RackRow".
void append_key_part(TextBuffer& out, std::string_view name);
// Milliseconds since 1970.
void append_unix_ms(TextBuffer& out, const Timestamp& time);
// `prefix`: the key, with the space before it and the "=".
void append_cef_opaque(TextBuffer& out, std::string_view prefix, std::string_view bytes);
// Under keys of our own.
void append_cef_labels(TextBuffer& out, std::span<const Label> labels);

struct CefPairs {
    CefPairs(TextBuffer& line, const Event& shown, CefOptions::Ipv6 addresses, std::size_t which_answer,
             const Shortening& what)
        : out(line), event(shown), ipv6(addresses), answer(which_answer), keep(what) {}

    void text(std::string_view prefix, std::string_view value);

    void source_address();
    void source_port();
    void destination_address();
    void destination_port();
    void protocol();
    void name();  // and dhost, when it is too long for its key
    void identity();
    void direction();
    void category();
    void id();
    // The answers within `room` characters.
    void answers(std::string_view before, std::string_view behind, std::size_t room, NameEnd name_end);
    void answer_index();
    void latency();
    void sample_rate();
    // What CEF has no key for, under keys of our own: registered domain, policy, places, labels.
    void own();
    // What is cut or left out. `names`: how the profile calls it, by CutField.
    void cuts(const std::string_view (&names)[cut_field_count]);

    TextBuffer& out;
    const Event& event;
    const CefOptions::Ipv6 ipv6;
    const std::size_t answer;
    const Shortening& keep;
    ShownAnswers shown_answers;
    CutFields cut;

  private:
    void address(const IpAddress& address, std::string_view inline_key, std::string_view c6a_keys);
    void policy();
    void place(const GeoPlace& place, std::string_view prefix);
};

}  // namespace tapferry
