#include "agent/stages/registered_domains.h"

#include <libpsl.h>

#include <algorithm>
#include <cstring>
#include <functional>

namespace tapferry {

namespace {

constexpr unsigned places_log2 = 14;  // two and two together: what goes from the first one has the second
constexpr std::uint64_t texts_size = 1 << 19;
// A rule of the list has 5 labels at most, and none is nearly so long as this in characters: what stands
// further to the left in a name changes nothing.
constexpr unsigned most_labels = 8;
constexpr unsigned most_rule_labels = 6;
constexpr std::size_t longest_end = 255;

// The end of the name that decides, beginning with a whole label.
std::string_view deciding_end(std::string_view name) {
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

void RegisteredDomains::Freed::operator()(psl_ctx_st* list) const {
    psl_free(list);
}

RegisteredDomains::RegisteredDomains()
    : own_list_(psl_latest(nullptr)),
      known_(std::size_t{1} << places_log2),
      texts_(std::make_unique_for_overwrite<char[]>(texts_size)) {
    list_ = own_list_ ? own_list_.get() : psl_builtin();
}
RegisteredDomains::~RegisteredDomains() = default;

RegisteredDomains::Parts RegisteredDomains::parts_of(std::string_view name) {
    const std::uint64_t hash = hash_of(name);
    const auto low = static_cast<std::uint32_t>(hash);
    Known* const place = &known_[hash >> (64 - places_log2) & ~std::uint64_t{1}];
    if (is(place[0], name, low)) return place[0].parts;
    if (is(place[1], name, low)) return place[1].parts;
    const Parts parts = look_up(name);  // which may take these places in between
    place[1] = place[0];
    place[0] = remember(name, low, parts);
    return parts;
}

// A text that was written over since is as good as none.
bool RegisteredDomains::is(const Known& known, std::string_view name, std::uint32_t hash) const {
    return known.hash == hash && known.size == name.size() && written_ - known.begin <= texts_size &&
           std::memcmp(texts_.get() + known.begin % texts_size, name.data(), name.size()) == 0;
}

RegisteredDomains::Known RegisteredDomains::remember(std::string_view name, std::uint32_t hash,
                                                     const Parts& parts) {
    // None goes over the end.
    const std::uint64_t left = texts_size - written_ % texts_size;
    if (left < name.size()) written_ += left;
    const std::uint64_t begin = written_;
    name.copy(texts_.get() + begin % texts_size, name.size());
    written_ += name.size();
    return {begin, hash, static_cast<std::uint8_t>(name.size()), parts};
}

// The list is asked about the whole name alone, for that is dear; the rest is what the name above it has,
// which is mostly known. Each rule is about a name whose top-level domain is in the list, or the name below
// that: where neither is, as in a house of its own, no further name needs to be asked about.
RegisteredDomains::Parts RegisteredDomains::look_up(std::string_view name) {
    if (const auto end = deciding_end(name); end.size() != name.size()) return parts_of(end);
    const auto size = static_cast<std::uint8_t>(name.size());
    const auto dot = name.find('.');
    if (dot == std::string_view::npos) return {0, size, is_listed(name)};
    Parts parts = parts_of(name.substr(dot + 1));
    if ((parts.ruled || parts.registered == 0) && is_listed(name)) return {0, size, true};
    if (parts.registered == 0) parts.registered = size;
    return parts;
}

bool RegisteredDomains::is_listed(std::string_view name) const {
    if (std::count(name.begin(), name.end(), '.') >= most_rule_labels) return false;
    char terminated[longest_end + 1];
    terminated[name.copy(terminated, longest_end)] = '\0';
    return psl_is_public_suffix2(list_, terminated, PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE) == 1;
}

void RegisteredDomains::add(Event& event) {
    if (event.qname.empty() || event.qname == ".") return;
    // To find a short name whole is cheaper than to look for its end.
    constexpr std::size_t short_name = 64;
    const std::string_view name = event.qname;
    const Parts parts = parts_of(name.size() <= short_name ? name : deciding_end(name));
    event.registered_domain = event.qname.substr(event.qname.size() - parts.registered);
    event.public_suffix = event.qname.substr(event.qname.size() - parts.suffix);
}

}  // namespace tapferry
