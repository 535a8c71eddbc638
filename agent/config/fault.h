// What is wrong with a configuration: every fault with its place, so that one reading mends them all.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace tapferry {

struct ConfigFault {
    std::string file;
    unsigned line = 0;         // from 1; 0: of the whole file
    unsigned column = 0;       // from 1; 0: of the whole line
    std::string key;           // "destinations.splunk.batch.linger"; empty for a syntax error
    std::string text;          // what is wrong, what is allowed
    std::string excerpt = {};  // of the value, with a ^ below the place: for terminals; may be empty
};

// "FILE:LINE:COLUMN: key: what is wrong, what is allowed"
std::string to_line(const ConfigFault&);

struct ConfigError : std::runtime_error {
    explicit ConfigError(std::vector<ConfigFault> all);
    std::vector<ConfigFault> faults;  // in order of place
};

}  // namespace tapferry
