// Passwords, keys and tokens: in the configuration itself, or in a file of their own; neither may be open to
// everybody on the host. Used by the readers of whatever logs in or hides something.
#pragma once

#include <string>
#include <string_view>

#include "agent/config/config.h"
#include "agent/config/section.h"

namespace tapferry {

struct GivenSecret {
    std::string text;  // without white space around it
    std::string file;  // where it stands, and may be read again; empty: in the configuration

    // Whether a secret was given; what is wrong with it was told.
    [[nodiscard]] bool is_there() const { return !text.empty() || !file.empty(); }
};

// The value of `key`, or what the file that `key` + "_file" names holds (at most 64 KiB).
GivenSecret read_secret(Section& section, std::string_view key, DestinationConfig& destination);

// A fault of `key` when everybody on this host may read or write the file that it names.
void check_is_private(Section& section, std::string_view key, const std::string& path);
// The same of the file that the value of `key` stands in, but for one that comes from the environment.
void check_stands_in_private(Section& section, std::string_view key);

}  // namespace tapferry
