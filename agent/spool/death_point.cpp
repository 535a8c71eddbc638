#include "agent/spool/death_point.h"

#ifdef TAPFERRY_DEATH_POINTS

#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <string>

namespace tapferry {
namespace {

struct Awaited {
    std::string name;
    int time = 1;                 // of how many
    std::atomic<int> visits = 0;  // so far
};

Awaited& awaited() {
    static Awaited awaited = [] {
        const char* wish = std::getenv("TAPFERRY_DIE_AT");
        const std::string_view text = wish == nullptr ? "" : wish;
        const std::size_t colon = text.find(':');
        int time = 1;
        if (colon != text.npos) std::from_chars(text.data() + colon + 1, text.data() + text.size(), time);
        return Awaited{std::string(text.substr(0, colon)), time, 0};
    }();
    return awaited;
}

}  // namespace

bool about_to_die(std::string_view name) {
    return name == awaited().name && awaited().visits + 1 == awaited().time;
}

void death_point(std::string_view name) {
    if (name == awaited().name && ++awaited().visits == awaited().time) std::raise(SIGKILL);
}

bool death_is_awaited(std::string_view beginning) {
    return awaited().name.starts_with(beginning);
}

}  // namespace tapferry

#endif
