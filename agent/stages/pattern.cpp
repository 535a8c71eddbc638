#include "agent/stages/pattern.h"

#include <re2/re2.h>

namespace tapferry {

std::variant<Pattern, Pattern::Fault> Pattern::parse(std::string_view text, Case which_case) {
    RE2::Options options(RE2::Latin1);  // what it is held against is printable ASCII
    options.set_log_errors(false);
    options.set_case_sensitive(which_case == Case::sensitive);
    options.set_never_capture(true);
    auto compiled = std::make_shared<RE2>(re2::StringPiece(text.data(), text.size()), options);
    if (!compiled->ok()) return Fault{compiled->error()};
    return Pattern(std::move(compiled));
}

bool Pattern::is_in(std::string_view text) const {
    return compiled_->Match({text.data(), text.size()}, 0, text.size(), RE2::UNANCHORED, nullptr, 0);
}

}  // namespace tapferry
