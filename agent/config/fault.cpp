#include "agent/config/fault.h"

#include <algorithm>
#include <tuple>

namespace tapferry {

std::string to_line(const ConfigFault& fault) {
    std::string line = fault.file;
    if (fault.line != 0) line += ":" + std::to_string(fault.line) + ":" + std::to_string(fault.column);
    line += ": ";
    if (!fault.key.empty()) line += fault.key + ": ";
    return line + fault.text;
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
