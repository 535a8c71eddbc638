// A regular expression in RE2's syntax, whose search takes time in proportion to the text whatever the
// pattern is. pattern.cpp is the door of RE2. Shared by threads.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace re2 {
class RE2;
}

namespace tapferry {

class Pattern {
  public:
    enum class Case : std::uint8_t { sensitive, insensitive };
    struct Fault {
        std::string text;  // what is wrong with it
    };
    static std::variant<Pattern, Fault> parse(std::string_view text, Case which_case);

    // Whether it matches anywhere in `text`; "^" and "$" hold on to its ends.
    [[nodiscard]] bool is_in(std::string_view text) const;

  private:
    explicit Pattern(std::shared_ptr<const re2::RE2> compiled) : compiled_(std::move(compiled)) {}
    std::shared_ptr<const re2::RE2> compiled_;
};

}  // namespace tapferry
