// Files that the configuration names and that are read with it: lists, one entry a line, and keys. What they
// hold counts as part of the configuration: when it changes, a reload makes it count. Used by the readers of
// stages and of secrets.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "agent/config/config.h"
#include "agent/config/section.h"

namespace tapferry {

inline constexpr std::size_t largest_list_file = 256 << 20;  // bytes

// What a line of each sort of list holds, for warnings.
inline constexpr std::string_view a_listed_domain =
    "a domain name such as \"example.com\" or \"*.example.com\"";
inline constexpr std::string_view a_listed_network =
    "a network or an address such as \"10.0.0.0/8\" or \"2001:db8::1\"";

// The file's bytes; none: that it cannot be read was told as a fault of `key`.
std::optional<std::string> read_named_file(Section& section, std::string_view key, const std::string& path,
                                           std::size_t most_bytes, DestinationConfig& destination);

// Calls `take` with each line but for spaces around it; empty lines and what stands behind "#" are left out.
// A line that it gives false for is skipped, which is a warning: it is not `wanted` ("a domain name").
void read_list_file(Section& section, std::string_view key, const std::string& path, std::string_view wanted,
                    DestinationConfig& destination, const std::function<bool(std::string_view)>& take);

// A file that is too large to be read for this: its size, time and place on the disk stand for its bytes.
void note_named_file(const std::string& path, DestinationConfig& destination);

}  // namespace tapferry
