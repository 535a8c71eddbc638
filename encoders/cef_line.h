// The extension of one CEF event being appended, and what is left out of it to make it shorter. Used by
// cef.cpp; lives for one event.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "encoders/bounds.h"
#include "encoders/options.h"
#include "proto/event.h"
#include "proto/text_buffer.h"

namespace tapferry {

// What an event that is too long goes without, in the order of the members.
struct CefShortening {
    std::size_t answers = max_shown_records;  // how many may be shown
    bool flags = true;
    bool message = true;
    bool dhost = true;
    bool optional = true;  // all but the event's time, ends, name, type, response code and id

    // Takes the next step. `excess`: by how many bytes the event was too long. False: there is nothing left
    // to take.
    [[nodiscard]] bool shorten(const class CefLine& line, std::size_t excess);
};

class CefLine {
  public:
    CefLine(TextBuffer& out, const Event& event, CefOptions::Ipv6 ipv6, const CefShortening& keep)
        : out_(out), event_(event), ipv6_(ipv6), keep_(keep) {}

    // The whole extension.
    void append();

    // Of DnsAnswers: how many answers are shown, and how many bytes more the line has with the first `count`
    // of them than with none.
    [[nodiscard]] std::size_t answers() const { return answers_; }
    [[nodiscard]] std::size_t answer_bytes(std::size_t count) const {
        return count == 0 ? 0 : answer_ends_[count - 1];
    }

  private:
    enum Key : std::uint8_t { destination_dns_domain, dhost, dvchost, cs3, cs4, msg, others, key_count };

    void append_time();
    void append_ends();
    void append_end(const Endpoint& end, std::string_view inline_key, std::string_view c6a_keys,
                    std::string_view port_key);
    void append_protocol();
    void append_name();
    void append_outcome();
    void append_origin();
    void append_custom_strings();
    void append_flags();
    void append_answers();
    std::size_t append_answer(const dns::ResourceRecord& record, std::size_t room);
    void append_custom_numbers();
    void append_message();
    void append_truncated();

    void text(std::string_view prefix, std::string_view value);
    void truncated(Key key) { truncated_ |= 1U << key; }

    TextBuffer& out_;
    const Event& event_;
    CefOptions::Ipv6 ipv6_;
    const CefShortening& keep_;
    std::size_t answers_ = 0;
    std::array<std::uint32_t, max_shown_records> answer_ends_{};
    unsigned truncated_ = 0;
};

}  // namespace tapferry
