#include "agent/spool/segment_name.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "agent/spool/disk.h"

namespace tapferry {
namespace {

constexpr std::string_view suffix = ".segment";
constexpr std::size_t digits = 16;

void append_hex(std::string& text, std::uint64_t value) {
    constexpr std::string_view hex = "0123456789abcdef";
    for (int shift = 60; shift >= 0; shift -= 4) text += hex[(value >> shift) & 0xf];
}

std::optional<std::uint64_t> parse_hex(std::string_view text) {
    // Capitals would give one segment two names.
    if (text.find_first_not_of("0123456789abcdef") != text.npos) return std::nullopt;
    std::uint64_t value = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    if (parsed.ec != std::errc{}) return std::nullopt;
    return value;
}

}  // namespace

std::string file_name(const SegmentName& name) {
    std::string text;
    text.reserve(2 * digits + 1 + suffix.size());
    append_hex(text, number(name.base));
    text += '-';
    append_hex(text, name.incarnation);
    text += suffix;
    return text;
}

std::optional<SegmentName> parse_segment_name(std::string_view text) {
    if (text.size() != 2 * digits + 1 + suffix.size() || !text.ends_with(suffix) || text[digits] != '-') {
        return std::nullopt;
    }
    const auto base = parse_hex(text.substr(0, digits));
    const auto incarnation = parse_hex(text.substr(digits + 1, digits));
    if (!base || !incarnation || *base == 0 || *base > sequence_limit) return std::nullopt;
    return SegmentName{Position{*base}, *incarnation};
}

SegmentListing list_segments(const std::filesystem::path& directory, Disk& disk) {
    SegmentListing listing;
    std::vector<std::string> names;
    listing.error = disk.list(directory, names).error;
    for (const std::string& name : names) {
        if (const auto segment = parse_segment_name(name)) listing.segments.push_back(*segment);
    }
    std::ranges::sort(listing.segments);
    return listing;
}

}  // namespace tapferry
