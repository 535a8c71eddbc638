#include "agent/config/read_severities.h"

namespace tapferry {

Severities read_severities(Section& format_section) {
    Severities severities;
    Section table = format_section.table("severity");
    const std::vector<std::string> names = severity_names();
    const std::vector<std::string_view> known(names.begin(), names.end());
    for (const std::string& name : table.names()) {
        const std::uint64_t severity = table.integer(name, 0, 0, max_severity);
        if (severities.set(name, severity)) continue;
        const std::string_view near = nearest(name, known);
        table.fault(name, "is neither a class of events nor a response code; " +
                              (near.empty() ? "such are " + list_of(known)
                                            : "did you mean \"" + std::string(near) + "\"?"));
    }
    return severities;
}

}  // namespace tapferry
