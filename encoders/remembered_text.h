// The escaped text of an opaque value that seldom changes from one event to the next: what the server calls
// itself, its version, the input. Owned by one encoder; storage is reused.
#pragma once

#include <string>
#include <string_view>

#include "proto/dns_text.h"
#include "proto/text_buffer.h"

namespace tapferry {

class RememberedText {
  public:
    // append_opaque() of `bytes`, made safe by `escape`, which is the same at each call.
    template <typename Escape>
    std::string_view text_of(std::string_view bytes, Escape escape) {
        if (bytes != bytes_) {
            bytes_ = bytes;
            text_.clear();
            append_opaque(text_, bytes);
            escape(text_, 0);
        }
        return text_.view();
    }

  private:
    std::string bytes_;
    TextBuffer text_;
};

}  // namespace tapferry
