#include "agent/config/fault.h"

#include <algorithm>
#include <tuple>

namespace tapferry {

namespace {

// Keys and values are shown as they were written, and a terminal must not take any of it for a command.
std::string printable(const std::string& text) {
    std::string shown;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte != 0x7f) {
            shown += c;
            continue;
        }
        shown += '\\';
        for (const unsigned digit : {byte / 100u, byte / 10u % 10u, byte % 10u})
            shown += static_cast<char>('0' + digit);
    }
    return shown;
}

}  // namespace

std::string to_line(const ConfigFault& fault) {
    std::string line = fault.file;
    if (fault.line != 0) line += ":" + std::to_string(fault.line);
    if (fault.line != 0 && fault.column != 0) line += ":" + std::to_string(fault.column);
    line += ": ";
    if (!fault.key.empty()) line += fault.key + ": ";
    return printable(line + fault.text);
}

namespace {
std::string all_lines(const std::vector<ConfigFault>& faults) {
    std::string text;
    for (const auto& fault : faults) text += (text.empty() ? "" : "\n") + to_line(fault);
    return text;
}

std::vector<ConfigFault> in_order(std::vector<ConfigFault> faults) {
    std::stable_sort(faults.begin(), faults.end(), [](const auto& a, const auto& b) {
        return std::tie(a.file, a.line, a.column) < std::tie(b.file, b.line, b.column);
    });
    return faults;
}
}  // namespace

ConfigError::ConfigError(std::vector<ConfigFault> all)
    : std::runtime_error(all_lines(in_order(all))), faults(in_order(std::move(all))) {}

}  // namespace tapferry
