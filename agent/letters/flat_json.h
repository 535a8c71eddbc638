// A JSON object whose members are texts and truths, read member by member, as the agent writes them itself:
// characters stand for single bytes, U+0000 to U+00FF. Anything else in it is an end that is not well.
#pragma once

#include <string>
#include <string_view>

namespace tapferry {

class FlatJson {
  public:
    explicit FlatJson(std::string_view text) : rest_(text) {}

    // The next member; false: there is none, or what follows cannot be read.
    [[nodiscard]] bool next();
    [[nodiscard]] std::string_view name() const { return name_; }
    [[nodiscard]] bool is_text() const { return is_text_; }
    [[nodiscard]] std::string_view text() const { return text_; }
    [[nodiscard]] bool truth() const { return truth_; }
    // After the last member: the object was whole, and nothing follows it.
    [[nodiscard]] bool ended_well() const { return ended_well_; }

  private:
    [[nodiscard]] bool take(std::string_view what);
    [[nodiscard]] bool take_text(std::string& text);
    [[nodiscard]] bool take_escape(std::string& text);

    std::string_view rest_;
    bool began_ = false;
    bool ended_well_ = false;
    std::string name_;
    std::string text_;
    bool is_text_ = false;
    bool truth_ = false;
};

}  // namespace tapferry
