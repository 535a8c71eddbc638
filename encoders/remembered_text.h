// The rendering of an opaque value that seldom changes from one event to the next: what the server calls
// itself, its version, the input. Owned by one encoder; storage is reused.
#pragma once

#include <string>
#include <string_view>

#include "proto/dns_text.h"
#include "proto/text_buffer.h"

namespace tapferry {

class RememberedText {
  public:
    // `before`, append_opaque() of `bytes` made safe by `escape`, `behind`. All but `bytes` are the same at
    // each call.
    template <typename Escape>
    std::string_view text_of(std::string_view before, std::string_view bytes, Escape escape,
                             std::string_view behind) {
        if (bytes != bytes_) {
            bytes_ = bytes;
            text_.clear();
            text_.append(before);
            append_opaque(text_, bytes);
            escape(text_, before.size());
            text_.append(behind);
        }
        return text_.view();
    }

  private:
    std::string bytes_;
    TextBuffer text_;
};

}  // namespace tapferry
