#include "transports/without_secrets.h"

#include <algorithm>
#include <string_view>

namespace tapferry {
namespace {

constexpr std::string_view blot = "...";  // as words end that are cut
constexpr std::size_t least = 4;          // less tells nothing, and stands in many words

void blot_out(std::string& words, std::string_view secret) {
    for (std::size_t at = 0; (at = words.find(secret, at)) != std::string::npos; at += blot.size())
        words.replace(at, secret.size(), blot);
    const std::size_t end = words.size() - (words.ends_with(blot) ? blot.size() : 0);
    for (std::size_t part = std::min(secret.size(), end); part >= least; --part)
        if (std::string_view(words).substr(0, end).ends_with(secret.substr(0, part)))
            return static_cast<void>(words.replace(end - part, part, blot));
}

}  // namespace

std::string without_secrets(std::string words, const std::vector<std::string>& secrets) {
    for (const std::string& secret : secrets) {
        if (secret.size() >= least) blot_out(words, secret);
    }
    return words;
}

}  // namespace tapferry
