#include "agent/stages/selection.h"

#include <algorithm>

#include "proto/characters.h"
#include "proto/dns_text.h"

namespace tapferry {

Selection Selection::all() {
    Selection selection;
    selection.wanted_.fill(true);
    selection.new_domains_ = selection.unanswered_ = true;
    return selection;
}

Selection Selection::usual() {
    Selection selection;
    for (const auto type : {MessageType::client_response, MessageType::auth_response,
                            MessageType::update_query, MessageType::update_response})
        selection.add(type);
    selection.new_domains_ = selection.unanswered_ = true;
    return selection;
}

void Selection::remove(const Selection& unwanted) {
    for (std::size_t i = 0; i < message_type_count; ++i) wanted_[i] = wanted_[i] && !unwanted.wanted_[i];
    new_domains_ = new_domains_ && !unwanted.new_domains_;
    unanswered_ = unanswered_ && !unwanted.unanswered_;
}

bool Selection::empty() const {
    const auto any = std::any_of(wanted_.begin(), wanted_.end(), [](bool wanted) { return wanted; });
    return !any && !new_domains_ && !unanswered_;
}

std::optional<MessageType> Selection::find(std::string_view name) {
    const auto is_name = [name](std::string_view one) {
        return std::equal(one.begin(), one.end(), name.begin(), name.end(),
                          [](char a, char b) { return a == to_upper(b); });
    };
    for (std::size_t i = 1; i < message_type_count; ++i) {
        const auto type = static_cast<MessageType>(i);
        if (is_name(message_type_name(type)) || is_name(message_type_short(type))) return type;
    }
    return std::nullopt;
}

}  // namespace tapferry
