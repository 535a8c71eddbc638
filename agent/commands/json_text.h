// A JSON text, member by member, for commands that a program may want to read. Elements of arrays are members
// without a name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "encoders/escape.h"
#include "encoders/event_facts.h"
#include "proto/dns_text.h"
#include "proto/text_buffer.h"

namespace tapferry {

class JsonText {
  public:
    // `bracket`: { or [; of a member when it has a name.
    JsonText& open(char bracket, std::string_view name = {}) {
        begin(name);
        out_.append(bracket);
        return *this;
    }
    JsonText& close(char bracket) {
        out_.append(bracket);
        return *this;
    }
    // Opaque bytes.
    JsonText& add(std::string_view name, std::string_view bytes) {
        begin_text(name);
        const std::size_t from = out_.size();
        append_opaque(out_, bytes, 4096);
        return end_text(from);
    }
    // What is printable ASCII already, all of it.
    JsonText& printable(std::string_view name, std::string_view text) {
        begin_text(name);
        const std::size_t from = out_.size();
        out_.append(text);
        return end_text(from);
    }
    JsonText& add(std::string_view name, const char* text) { return add(name, std::string_view(text)); }
    JsonText& add(std::string_view name, std::uint64_t number) {
        begin(name);
        append_decimal(out_, number);
        return *this;
    }
    JsonText& add(std::string_view name, bool value) {
        begin(name);
        out_.append(std::string_view(value ? "true" : "false"));
        return *this;
    }
    // Not below 0; with six digits behind the point.
    JsonText& real(std::string_view name, double value) {
        begin(name);
        append_fraction(out_, static_cast<std::uint64_t>(value * 1e6 + 0.5), 6, 6);
        return *this;
    }
    JsonText& time(std::string_view name, const Timestamp& time) {
        begin_text(name);
        append_rfc3339(out_, time, 9);
        out_.append('"');
        return *this;
    }
    // As far as it goes, whatever is still open.
    [[nodiscard]] std::string_view part() const { return out_.view(); }
    // The whole, as a line.
    [[nodiscard]] std::string text() const { return std::string(out_.view()) + "\n"; }

  private:
    void begin_text(std::string_view name) {
        begin(name);
        out_.append('"');
    }
    JsonText& end_text(std::size_t from) {
        escape_json(out_, from);
        out_.append('"');
        return *this;
    }
    // A comma, where one is needed, and the member's name.
    void begin(std::string_view name) {
        const char last = out_.size() == 0 ? '{' : out_.view().back();
        if (last != '{' && last != '[') out_.append(',');
        if (!name.empty()) out_.append('"', name, "\":");
    }

    TextBuffer out_;
};

}  // namespace tapferry
