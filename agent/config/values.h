// Texts of a configuration into values: sizes, durations, addresses, modes. Each gives nothing for what it
// cannot read; the caller knows the key and says what is allowed.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "transports/options.h"

namespace tapferry {

// "64MiB", "1.5GiB", "100kB", "4096". Units B, kB, MB, GB, TB (powers of 1000) and KiB, MiB, GiB, TiB.
std::optional<std::uint64_t> parse_size(std::string_view text);
// "200ms", "1s", "5m", "72h", "7d", and "0".
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
// "host:port", "[v6]:port", "unix:/path".
std::optional<Address> parse_address(std::string_view text);
// "0660": octal, three or four digits.
std::optional<std::uint32_t> parse_mode(std::string_view text);
// Numeric ids of a user's or group's name (or of a number).
std::optional<std::uint32_t> find_user(const std::string& name);
std::optional<std::uint32_t> find_group(const std::string& name);

// Its ASCII letters as small ones, for words that may stand in any case.
std::string lower_case(std::string_view text);
// Of `known`, the one that `word` was most likely meant to be; empty when none is near.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& known);
// "a", "b" or "c"
std::string list_of(const std::vector<std::string_view>& words);

}  // namespace tapferry
