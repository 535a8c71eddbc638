#include "agent/stages/registered_domains.h"

#include <libpsl.h>

#include <cstring>
#include <functional>

namespace tapferry {

namespace {

constexpr unsigned places_log2 = 13;  // two and two together: what goes from the first one has the second
constexpr std::size_t longest_kept = 110;  // characters
// A rule of the list has 5 labels at most, and none is nearly so long as this in characters: what stands
// further to the left in a name changes nothing.
constexpr unsigned most_labels = 8;
constexpr std::size_t longest_end = 255;

// The end of the name that decides, beginning with a whole label.
std::string_view deciding_end(std::string_view name) {
    constexpr std::size_t short_enough = 4 * most_labels;
    if (name.size() <= short_enough) return name;
    unsigned labels = 0;
    std::size_t dot = name.size();
    while (dot-- > 0)
        if (name[dot] == '.' && ++labels == most_labels) break;
    if (dot < name.size()) name.remove_prefix(dot + 1);
    if (name.size() <= longest_end) return name;
    name.remove_prefix(name.size() - longest_end);
    return name.substr(name.find('.') + 1);
}

// Begin, middle and end tell names apart well enough for a place in a table.
std::uint64_t hash_of(std::string_view name) {
    if (name.size() < 8) return std::hash<std::string_view>{}(name);
    const auto eight = [&](std::size_t at) {
        std::uint64_t octets = 0;
        std::memcpy(&octets, name.data() + at, sizeof octets);
        return octets;
    };
    const std::uint64_t ends = eight(0) * 0x9E3779B97F4A7C15 ^ eight(name.size() - 8);
    return ((ends ^ ends >> 32) * 0xFF51AFD7ED558CCD ^ eight(name.size() / 2 - 4) ^ name.size()) *
           0xC4CEB9FE1A85EC53;
}

}  // namespace

struct RegisteredDomains::Known {
    std::uint32_t hash = 0;
    Parts parts;
    std::uint8_t size = 0;  // of `end`; 0: the place is free
    char end[longest_kept + 1] = {};
};

void RegisteredDomains::Freed::operator()(psl_ctx_st* list) const {
    psl_free(list);
}

RegisteredDomains::RegisteredDomains()
    : own_list_(psl_latest(nullptr)), known_(std::size_t{1} << places_log2) {
    list_ = own_list_ ? own_list_.get() : psl_builtin();
}
RegisteredDomains::~RegisteredDomains() = default;

RegisteredDomains::Parts RegisteredDomains::parts_of(std::string_view name) {
    if (name.size() > longest_kept) return look_up(name);
    const std::uint64_t hash = hash_of(name);
    const auto is_here = [&](const Known& known) {
        return known.hash == static_cast<std::uint32_t>(hash) &&
               std::string_view(known.end, known.size) == name;
    };
    Known* const place = &known_[hash >> (64 - places_log2) & ~std::uint64_t{1}];
    if (is_here(place[0])) return place[0].parts;
    if (is_here(place[1])) return place[1].parts;
    const Parts parts = look_up(name);  // which may take these places in between
    place[1] = place[0];
    place[0].hash = static_cast<std::uint32_t>(hash);
    place[0].size = static_cast<std::uint8_t>(name.copy(place[0].end, longest_kept));
    place[0].parts = parts;
    return parts;
}

// The list is asked about the whole name alone, for that is dear; the rest is what the name above it has,
// which is mostly known.
RegisteredDomains::Parts RegisteredDomains::look_up(std::string_view name) {
    char terminated[longest_end + 1];
    terminated[name.copy(terminated, longest_end)] = '\0';
    const auto size = static_cast<std::uint8_t>(name.size());
    const auto dot = name.find('.');
    if (dot == std::string_view::npos || psl_is_public_suffix(list_, terminated) == 1) return {0, size};
    Parts parts = parts_of(name.substr(dot + 1));
    if (parts.registered == 0) parts.registered = size;
    return parts;
}

void RegisteredDomains::add(Event& event) {
    if (event.qname.empty() || event.qname == ".") return;
    const Parts parts = parts_of(deciding_end(event.qname));
    event.registered_domain = event.qname.substr(event.qname.size() - parts.registered);
    event.public_suffix = event.qname.substr(event.qname.size() - parts.suffix);
}

}  // namespace tapferry
