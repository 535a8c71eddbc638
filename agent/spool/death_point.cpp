#include "agent/spool/death_point.h"

#ifdef TAPFERRY_DEATH_POINTS

#include <algorithm>
#include <array>
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

struct Poison {
    std::string name;
    std::string how;
    std::string text;
};

const Poison& poison() {
    static const Poison poison = [] {
        const char* wish = std::getenv("TAPFERRY_CRASH_ON");
        const std::string text = wish == nullptr ? "" : wish;
        const std::size_t how = std::min(text.find(':'), text.size());
        const std::size_t what = std::min(text.find(':', how + 1), text.size());
        if (what == text.size()) return Poison{};
        return Poison{text.substr(0, how), text.substr(how + 1, what - how - 1), text.substr(what + 1)};
    }();
    return poison;
}

// Never returns, whatever the compiler may think of that.
int use_the_stack_up(int depth) {
    std::array<volatile char, 1024> used{};
    used[static_cast<std::size_t>(depth) % used.size()] = 1;
    return depth < 0 ? 0 : use_the_stack_up(depth + 1) + used[0];
}

void crash(std::string_view how) {
    if (how == "abort") std::abort();
    if (how == "kill") std::raise(SIGKILL);
    if (how == "overflow") std::exit(use_the_stack_up(1));
    volatile std::uintptr_t nowhere = 8;
    *reinterpret_cast<volatile int*>(nowhere) = 1;
}

}  // namespace

void crash_point(std::string_view name, std::span<const std::uint8_t> frame) {
    const auto& [where, how, text] = poison();
    if (where != name || std::search(frame.begin(), frame.end(), text.begin(), text.end()) == frame.end())
        return;
    crash(how);
}

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
