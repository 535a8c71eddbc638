#include "encoders/cef/shortening.h"

namespace tapferry {
namespace {

// What naming the fields that were cut takes, but for what comes to them later: then another answer goes.
constexpr std::size_t told_bytes = 64;

}  // namespace

bool Shortening::shorten(const ShownAnswers& shown, std::size_t excess) {
    if (shown.count() != 0) {
        const std::size_t all = shown.bytes(shown.count());
        const std::size_t wanted = excess + told_bytes;
        answers = shown.count() - 1;
        while (answers != 0 && all - shown.bytes(answers) < wanted) --answers;
        return true;
    }
    for (bool* step : {&flags, &message, &full_name, &others}) {
        if (!*step) continue;
        *step = false;
        return true;
    }
    return false;
}

}  // namespace tapferry
