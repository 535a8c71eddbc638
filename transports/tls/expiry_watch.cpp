#include "transports/tls/expiry_watch.h"

#include <algorithm>

#include "transports/tls/certificate.h"

namespace tapferry {
namespace {

constexpr auto ahead = std::chrono::days(14);
constexpr auto between = std::chrono::days(1);

std::string words(const std::string& what, std::chrono::sys_seconds ends, std::chrono::sys_seconds now) {
    if (ends < now) return what + " expired on " + day_of(ends);
    const auto days = std::chrono::floor<std::chrono::days>(ends - now).count();
    const std::string left = days == 0   ? "in less than a day"
                             : days == 1 ? "in 1 day"
                                         : "in " + std::to_string(days) + " days";
    return what + " expires " + left + ", on " + day_of(ends);
}

}  // namespace

void ExpiryWatch::saw(const std::string& what, Time ends) {
    const auto same =
        std::find_if(watched_.begin(), watched_.end(), [&](const Watched& one) { return one.what == what; });
    if (same == watched_.end()) {
        watched_.push_back({what, ends, ends - ahead});
    } else if (same->ends != ends) {
        *same = {what, ends, ends - ahead};
    }
}

std::string ExpiryWatch::take_warning(Time now) {
    for (Watched& one : watched_) {
        if (now < one.next) continue;
        one.next = now + between;
        return words(one.what, one.ends, now);
    }
    return {};
}

}  // namespace tapferry
