#include "agent/config/read_stages.h"

#include <algorithm>
#include <array>
#include <string>

#include "agent/config/read_filter.h"
#include "agent/config/read_geoip.h"
#include "agent/config/read_match_lists.h"
#include "agent/config/read_privacy.h"
#include "agent/config/read_transactions.h"
#include "encoders/bounds.h"
#include "encoders/escape.h"
#include "proto/dns_text.h"

namespace tapferry {

namespace {

// As gelf has it, whose name and quotes are the longest.
std::size_t longest_text(const FixedLabel& label) {
    TextBuffer text;
    append_opaque(text, label.value);
    escape_json(text, 0);
    text.append(",\"_label_", label.name, "\":\"\"");
    return text.size();
}

std::vector<FixedLabel> read_labels(Section labels_table) {
    std::vector<FixedLabel> labels;
    std::size_t bytes = 0;
    for (const auto& name : labels_table.names()) {
        const bool plain = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        });
        if (!plain) labels_table.fault(name, "must be a name of letters, digits and _");
        labels.push_back({name, labels_table.text(name, "")});
        bytes += longest_text(labels.back());
    }
    if (bytes > max_label_bytes)
        labels_table.fault("", "are too long: together they may have " + std::to_string(max_label_bytes) +
                                   " characters in an event, and have " + std::to_string(bytes));
    return labels;
}

// Those that show it, and a line of the user's that names it or the suffix that is found with it.
bool shows_registered_domain(const Section& section, const std::string& format) {
    constexpr std::array<std::string_view, 4> formats{"json", "ecs", "cim", "summary"};
    return std::find(formats.begin(), formats.end(), format) != formats.end() ||
           section.canonical().find("registered_domain") != std::string::npos ||
           section.canonical().find("public_suffix") != std::string::npos;
}

}  // namespace

void read_stages(Section& section, DestinationConfig& destination) {
    StageOptions& stages = destination.stages;
    stages.labels = read_labels(section.table("labels"));
    read_match_lists(section.table("match_lists"), destination);
    read_filter(section.table("filter"), destination);
    read_privacy(section.table("privacy"), destination);
    read_geoip(section.table("geoip"), destination);
    stages.registered_domain =
        section.flag("registered_domain", shows_registered_domain(section, destination.format_name));
    read_transactions(section, destination);
}

}  // namespace tapferry
