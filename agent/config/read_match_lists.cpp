#include "agent/config/read_match_lists.h"

#include <algorithm>
#include <array>

#include "agent/config/list_file.h"

namespace tapferry {

namespace {

enum class Kind : std::uint8_t { domains, networks };
using Use = MatchListOptions::Use;

struct Place {
    std::string_view name;
    bool MatchListOptions::*is_asked;
    bool for_domains;
    bool for_networks;
};
constexpr std::array<Place, 5> places{{
    {"qname", &MatchListOptions::in_qname, true, false},
    {"answers", &MatchListOptions::in_answers, true, true},
    {"src", &MatchListOptions::in_src, false, true},
    {"dst", &MatchListOptions::in_dst, false, true},
    {"client_subnet", &MatchListOptions::in_client_subnet, false, true},
}};

bool good_name(const std::string& name) {
    return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '-';
    });
}

void read_fields(Section& list, Kind kind, MatchListOptions& options) {
    const auto given = list.one_or_more("fields");
    const bool domains = kind == Kind::domains;
    std::vector<std::string_view> allowed;
    for (const Place& place : places)
        if (domains ? place.for_domains : place.for_networks) allowed.push_back(place.name);
    if (given && given->empty()) list.fault("fields", "must name at least one of " + list_of(allowed));
    const auto fields = given.value_or(domains ? std::vector<std::string>{"qname"}
                                               : std::vector<std::string>{"src", "answers"});
    for (const auto& field : fields) {
        const auto* place = std::find_if(places.begin(), places.end(),
                                         [&](const Place& known) { return known.name == field; });
        if (std::find(allowed.begin(), allowed.end(), field) == allowed.end())
            list.fault("fields", "\"" + field + "\" is not one of " + list_of(allowed));
        else
            options.*place->is_asked = true;
    }
}

void read_entries(Section& list, Kind kind, MatchListOptions& options, DestinationConfig& destination) {
    const std::string file = list.required_text("file", "/etc/tapferry/malware-domains.txt");
    auto domains = std::make_shared<DomainSet>();
    auto networks = std::make_shared<NetworkSet>();
    const auto add_network = [&](std::string_view line) {
        const auto network = parse_network(line);
        if (network) networks->add(*network);
        return network.has_value();
    };
    if (!file.empty() && kind == Kind::domains)
        read_list_file(list, "file", file, a_listed_domain, destination,
                       [&](std::string_view line) { return !parse_network(line) && domains->add(line); });
    else if (!file.empty())
        read_list_file(list, "file", file, a_listed_network, destination, add_network);
    networks->finish();
    if (kind == Kind::domains)
        options.domains = std::move(domains);
    else
        options.networks = std::move(networks);
}

MatchListOptions read_match_list(const std::string& name, Section list, DestinationConfig& destination) {
    MatchListOptions options;
    options.name = name;
    if (!good_name(name)) list.fault("", "a list's name is 1 to 64 letters, digits, _ and -");
    const Kind kind =
        list.choice<Kind>("type", Kind::domains, {{"domains", Kind::domains}, {"networks", Kind::networks}});
    options.use =
        list.choice<Use>("use", Use::tag, {{"tag", Use::tag}, {"only", Use::only}, {"not", Use::drop}});
    read_fields(list, kind, options);
    read_entries(list, kind, options, destination);
    list.finish();
    return options;
}

}  // namespace

void read_match_lists(Section match_lists, DestinationConfig& destination) {
    auto& lists = destination.stages.match_lists;
    for (const auto& name : match_lists.names())
        lists.push_back(read_match_list(name, match_lists.named(name), destination));
    const auto& labels = destination.stages.labels;
    if (!lists.empty() && std::any_of(labels.begin(), labels.end(),
                                      [](const FixedLabel& label) { return label.name == list_label; }))
        match_lists.fault("", "write the label \"list\", which is set in labels too");
}

}  // namespace tapferry
