#include "agent/config/read_stages.h"

#include <algorithm>

namespace tapferry {

namespace {

std::vector<FixedLabel> read_labels(Section labels_table) {
    std::vector<FixedLabel> labels;
    for (const auto& name : labels_table.names()) {
        const bool plain = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        });
        if (!plain) labels_table.fault(name, "must be a name of letters, digits and _");
        labels.push_back({name, labels_table.text(name, "")});
    }
    return labels;
}

bool selects_for_itself(const DestinationConfig& destination) {
    const bool for_people = destination.type == "file" || destination.type == "stdout";
    return destination.format_name == "passivedns" || destination.format_name == "cof" ||
           (destination.format_name == "json" && for_people) || destination.format_name == "text";
}

// The formats of passive DNS choose their sources by the frame, unless the filter names types.
void take_selected(DestinationConfig& destination) {
    if (auto* passivedns = std::get_if<PassivednsOptions>(&destination.format))
        passivedns->records.sources = PassiveDnsOptions::Sources::selected;
    if (auto* cof = std::get_if<CofOptions>(&destination.format))
        cof->records.sources = PassiveDnsOptions::Sources::selected;
}

void read_filter(Section filter, DestinationConfig& destination) {
    destination.stages.selection = selects_for_itself(destination) ? Selection::all() : Selection::usual();
    const auto messages = filter.texts("messages");
    if (filter.has("messages")) {
        destination.stages.selection = Selection::none();
        if (messages && messages->empty())
            filter.fault("messages", "must name at least one message type, or \"all\"");
        for (const auto& name : messages.value_or(std::vector<std::string>{})) {
            if (name == "all")
                destination.stages.selection = Selection::all();
            else if (const auto type = Selection::find(name)) {
                destination.stages.selection.add(*type);
                take_selected(destination);
            } else
                filter.fault("messages", "\"" + name +
                                             "\" is not a dnstap message type (CLIENT_RESPONSE, CR, "
                                             "AUTH_QUERY, AQ …) or \"all\"");
        }
    }
    filter.finish();
}

}  // namespace

void read_stages(Section& section, DestinationConfig& destination) {
    destination.stages.labels = read_labels(section.table("labels"));
    read_filter(section.table("filter"), destination);
}

}  // namespace tapferry
