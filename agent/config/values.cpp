#include "agent/config/values.h"

#include <grp.h>
#include <pwd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numeric>
#include <utility>

#include "proto/characters.h"

namespace tapferry {

namespace {

struct Quantity {
    double number = 0;
    std::string_view unit;
};

std::optional<Quantity> parse_quantity(std::string_view text) {
    Quantity quantity;
    const auto [rest, error] =
        std::from_chars(text.data(), text.data() + text.size(), quantity.number, std::chars_format::fixed);
    if (error != std::errc{} || quantity.number < 0 || !std::isfinite(quantity.number)) return std::nullopt;
    quantity.unit = text.substr(static_cast<std::size_t>(rest - text.data()));
    while (!quantity.unit.empty() && quantity.unit.front() == ' ') quantity.unit.remove_prefix(1);
    return quantity;
}

template <std::size_t N>
std::optional<double> scale_of(std::string_view unit,
                               const std::array<std::pair<std::string_view, double>, N>& units) {
    const auto found =
        std::find_if(units.begin(), units.end(), [&](const auto& u) { return u.first == unit; });
    if (found == units.end()) return std::nullopt;
    return found->second;
}

constexpr std::array<std::pair<std::string_view, double>, 10> size_units{{{"", 1},
                                                                          {"B", 1},
                                                                          {"kB", 1e3},
                                                                          {"MB", 1e6},
                                                                          {"GB", 1e9},
                                                                          {"TB", 1e12},
                                                                          {"KiB", 1024.0},
                                                                          {"MiB", 1048576.0},
                                                                          {"GiB", 1073741824.0},
                                                                          {"TiB", 1099511627776.0}}};
constexpr std::array<std::pair<std::string_view, double>, 5> duration_units{
    {{"ms", 1}, {"s", 1e3}, {"m", 60e3}, {"h", 3600e3}, {"d", 86400e3}}};

constexpr double largest_quantity = 9e18;

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) {
    const auto quantity = parse_quantity(text);
    if (!quantity) return std::nullopt;
    const auto scale = scale_of(quantity->unit, size_units);
    if (!scale || quantity->number * *scale > largest_quantity) return std::nullopt;
    return static_cast<std::uint64_t>(std::llround(quantity->number * *scale));
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    const auto quantity = parse_quantity(text);
    if (!quantity) return std::nullopt;
    if (quantity->unit.empty() && quantity->number == 0) return std::chrono::milliseconds{0};
    const auto scale = scale_of(quantity->unit, duration_units);
    // A century is more than any key means, and keeps sums of durations far from overflow.
    if (!scale || quantity->number * *scale > 36525.0 * 86400e3) return std::nullopt;
    return std::chrono::milliseconds{std::llround(quantity->number * *scale)};
}

std::optional<Address> parse_address(std::string_view text) {
    Address address;
    address.text = text;
    constexpr std::string_view unix_prefix = "unix:";
    if (text.starts_with(unix_prefix)) {
        address.unix_path = text.substr(unix_prefix.size());
        if (address.unix_path.empty() || address.unix_path.front() != '/') return std::nullopt;
        return address;
    }
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return std::nullopt;
    std::string_view host = text.substr(0, colon);
    const std::string_view port = text.substr(colon + 1);
    if (host.front() == '[') {
        if (host.size() < 3 || host.back() != ']') return std::nullopt;
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string_view::npos) {
        return std::nullopt;  // an IPv6 address without brackets
    }
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
    if (error != std::errc{} || end != port.data() + port.size() || port.empty()) return std::nullopt;
    address.host = host;
    return address;
}

std::optional<std::uint32_t> parse_mode(std::string_view text) {
    std::uint32_t mode = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
    if (error != std::errc{} || end != text.data() + text.size() || text.size() < 3 || text.size() > 4 ||
        mode > 0777)
        return std::nullopt;
    return mode;
}

namespace {
std::optional<std::uint32_t> parse_id(std::string_view text) {
    std::uint32_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return id;
}
}  // namespace

std::optional<std::uint32_t> find_user(const std::string& name) {
    if (const passwd* entry = ::getpwnam(name.c_str())) return entry->pw_uid;
    return parse_id(name);
}

std::optional<std::uint32_t> find_group(const std::string& name) {
    if (const group* entry = ::getgrnam(name.c_str())) return entry->gr_gid;
    return parse_id(name);
}

namespace {
// Levenshtein's distance, a row at a time.
std::size_t edits(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), 0);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
            diagonal = above;
        }
    }
    return row.back();
}
}  // namespace

std::string lower_case(std::string_view text) {
    std::string lowered(text);
    std::transform(lowered.begin(), lowered.end(), lowered.begin(), to_lower);
    return lowered;
}

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& known) {
    std::string_view best;
    std::size_t best_edits = std::max<std::size_t>(2, word.size() / 3) + 1;
    for (const std::string_view candidate : known) {
        // An abbreviation is meant for what it begins, however much is left out.
        const bool abbreviated = word.size() >= 3 && candidate.starts_with(word);
        const std::size_t distance = abbreviated ? 0 : edits(word, candidate);
        if (distance < best_edits) {
            best = candidate;
            best_edits = distance;
        }
    }
    return best;
}

std::string list_of(const std::vector<std::string_view>& words) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i != 0) text += i + 1 == words.size() ? " or " : ", ";
        text += '"';
        text += words[i];
        text += '"';
    }
    return text;
}

}  // namespace tapferry
