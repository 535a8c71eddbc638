// Text of an HTML page while it is put together. All that comes from a capture is taken for hostile: text()
// makes it the inside of an element or of a quoted attribute, and nothing else. Used by report_html.cpp and
// the charts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace tapferry {

class HtmlText {
  public:
    // Markup of our own.
    HtmlText& markup(std::string_view markup) {
        page_.append(markup);
        return *this;
    }
    // & < > " ' as entities, everything that is not printable ASCII as \DDD, and "us" for microseconds with
    // its Greek letter.
    HtmlText& text(std::string_view text);
    HtmlText& number(std::uint64_t number);   // 12345
    HtmlText& figure(std::uint64_t number);   // 12,345
    HtmlText& coordinate(double coordinate);  // 12.3: of drawings

    std::string take() { return std::move(page_); }

  private:
    std::string page_;
};

}  // namespace tapferry
