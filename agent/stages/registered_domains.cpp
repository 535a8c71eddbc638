#include "agent/stages/registered_domains.h"

#include <libpsl.h>

#include <cstring>
#include <functional>

namespace tapferry {

namespace {

constexpr unsigned places_log2 = 11;
// No rule of the list is nearly so long: what stands further to the left in a name changes nothing.
constexpr std::size_t longest_end = 243;

// The end of the name that decides, beginning with a whole label.
std::string_view deciding_end(std::string_view name) {
    if (name.size() <= longest_end) return name;
    name.remove_prefix(name.size() - longest_end);
    return name.substr(name.find('.') + 1);
}

}  // namespace

struct RegisteredDomains::Known {
    std::uint32_t hash = 0;
    std::uint8_t size = 0;        // of `end`; 0: the place is free
    std::uint8_t registered = 0;  // how many of its last characters
    std::uint8_t suffix = 0;      // likewise
    char end[longest_end + 1] = {};
};

void RegisteredDomains::Freed::operator()(psl_ctx_st* list) const {
    psl_free(list);
}

RegisteredDomains::RegisteredDomains() : list_(psl_latest(nullptr)), known_(std::size_t{1} << places_log2) {}
RegisteredDomains::~RegisteredDomains() = default;

void RegisteredDomains::look_up(Known& known) const {
    const psl_ctx_t* const list = list_ ? list_.get() : psl_builtin();
    const auto length = [](const char* part) {
        return static_cast<std::uint8_t>(part == nullptr ? 0 : std::strlen(part));
    };
    known.registered = length(psl_registrable_domain(list, known.end));
    known.suffix = length(psl_unregistrable_domain(list, known.end));
}

void RegisteredDomains::add(Event& event) {
    if (event.qname.empty() || event.qname == ".") return;
    const std::string_view end = deciding_end(event.qname);
    if (end.empty()) return;
    const std::uint64_t hash = std::hash<std::string_view>{}(end);
    Known& known = known_[hash >> (64 - places_log2)];
    if (known.hash != static_cast<std::uint32_t>(hash) || std::string_view(known.end, known.size) != end) {
        known.hash = static_cast<std::uint32_t>(hash);
        known.size = static_cast<std::uint8_t>(end.copy(known.end, longest_end));
        known.end[known.size] = '\0';
        look_up(known);
    }
    event.registered_domain = event.qname.substr(event.qname.size() - known.registered);
    event.public_suffix = event.qname.substr(event.qname.size() - known.suffix);
}

}  // namespace tapferry
