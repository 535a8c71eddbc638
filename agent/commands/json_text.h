// A JSON text, member by member, for commands that a program may want to read. What is put into it is
// printable ASCII, or is escaped.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "encoders/escape.h"
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
    JsonText& add(std::string_view name, std::string_view text) {
        begin(name);
        out_.append('"');
        const std::size_t from = out_.size();
        append_opaque(out_, text, 4096);
        escape_json(out_, from);
        out_.append('"');
        return *this;
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
    [[nodiscard]] std::string text() const { return std::string(out_.view()) + "\n"; }

  private:
    // A comma, where one is needed, and the member's name.
    void begin(std::string_view name) {
        const char last = out_.size() == 0 ? '{' : out_.view().back();
        if (last != '{' && last != '[') out_.append(',');
        if (!name.empty()) out_.append('"', name, "\":");
    }

    TextBuffer out_;
};

}  // namespace tapferry
