// What the options of a command line say about the events that are shown: their format, and which of them.
// They are read as the tables of a destination are, by the same readers, so that every key of the
// configuration can be given on the command line too, with the same bounds and the same words when it is
// wrong. Used by decode, tail, explain and stats.
#pragma once

#include <string>
#include <vector>

#include "agent/stages/stages.h"
#include "encoders/options.h"

namespace tapferry {

// Which events count. All that is given must match.
struct FilterArguments {
    std::string where;                      // an expression
    std::vector<std::string> messages;      // dnstap names or short forms
    std::vector<std::string> qname_suffix;  // domains
    std::string identity;                   // a pattern
    std::vector<std::string> keys;          // KEY=VALUE of the filter table
};

struct FormatArguments {
    std::string output = "text";
    std::string line;                  // of text and template; empty: the default
    std::vector<std::string> options;  // KEY=VALUE of the table that is named after the format
};

struct ShowOptions {
    FormatOptions format;
    StageOptions stages;
};

// Both throw WrongUsage with everything that is wrong.
ShowOptions read_show_options(const FormatArguments&, const FilterArguments&);
StageOptions read_filter_options(const FilterArguments&);

}  // namespace tapferry
