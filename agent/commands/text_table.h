// A table for a terminal whose columns are as wide as what stands in them, and the padding of one's own. Used
// by commands that list.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace tapferry {

// With spaces before it or behind it, `width` characters wide or more.
std::string padded_left(std::string text, std::size_t width);
std::string padded_right(std::string text, std::size_t width);

class TextTable {
  public:
    explicit TextTable(std::vector<std::string> header) { add(std::move(header)); }
    void add(std::vector<std::string> row);
    // In lines. `right`: which columns stand to the right, as numbers do.
    [[nodiscard]] std::string text(const std::vector<bool>& right) const;

  private:
    std::vector<std::vector<std::string>> rows_;
    std::vector<std::size_t> widths_;
};

}  // namespace tapferry
