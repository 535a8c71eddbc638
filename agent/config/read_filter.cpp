#include "agent/config/read_filter.h"

#include <algorithm>
#include <array>

#include "agent/config/list_file.h"
#include "agent/stages/expression_codes.h"

namespace tapferry {

namespace {

// Passive DNS has its own rules; lines and documents of a user's own making, and frames passed on as they
// are, show everything.
bool takes_everything(std::string_view format) {
    constexpr std::array<std::string_view, 8> names{"passivedns", "cof", "text", "template",
                                                    "yaml",       "dig", "hex",  "dnstap"};
    return std::find(names.begin(), names.end(), format) != names.end();
}

bool selects_for_itself(const DestinationConfig& destination) {
    const bool for_people = destination.type == "file" || destination.type == "stdout";
    return takes_everything(destination.format_name) || (destination.format_name == "json" && for_people);
}

// The formats of passive DNS choose their sources by the frame, unless the filter names types.
void take_selected(DestinationConfig& destination) {
    if (auto* passivedns = std::get_if<PassivednsOptions>(&destination.format))
        passivedns->records.sources = PassiveSelection::Sources::selected;
    if (auto* cof = std::get_if<CofOptions>(&destination.format))
        cof->records.sources = PassiveSelection::Sources::selected;
}

void read_messages(Section& filter, DestinationConfig& destination) {
    Selection& selection = destination.stages.selection;
    selection = selects_for_itself(destination) ? Selection::all() : Selection::usual();
    const auto read = [&](std::string_view key, Selection& chosen) {
        const auto messages = filter.one_or_more(key);
        if (messages && messages->empty() && key == "messages")
            filter.fault(key, "must name at least one message type, or \"all\"");
        for (const auto& name : messages.value_or(std::vector<std::string>{})) {
            if (lower_case(name) == "all")
                chosen = Selection::all();
            else if (const auto type = Selection::find(name)) {
                chosen.add(*type);
                if (key == "messages") take_selected(destination);
            } else
                filter.fault(key,
                             "\"" + name +
                                 "\" is not a dnstap message type (CLIENT_RESPONSE, CR, AUTH_QUERY, AQ …) "
                                 "or \"all\"");
        }
    };
    if (filter.has("messages")) selection = Selection::none();
    read("messages", selection);
    Selection unwanted = Selection::none();
    read("not_messages", unwanted);
    const bool had_any = !selection.empty();
    selection.remove(unwanted);
    if (had_any && selection.empty())
        filter.fault("not_messages",
                     "keeps everything away that messages lets pass: nothing would be delivered");
}

// Reads one half of the lists: those that must match, or with "not_" before each key those that must not.
class ListReader {
  public:
    ListReader(Section& filter, std::string prefix, DestinationConfig& destination, FilterLists& lists)
        : filter_(filter), prefix_(std::move(prefix)), destination_(destination), lists_(lists) {}

    void read() {
        using Family = FilterLists::Family;
        lists_.family =
            filter_.choice<Family>(key("family"), Family::any,
                                   {{"any", Family::any}, {"inet", Family::inet}, {"inet6", Family::inet6}});
        read_domains();
        lists_.qname_regex = pattern(key("qname_regex"), Pattern::Case::insensitive);
        lists_.identity_regex = pattern(key("identity_regex"), Pattern::Case::sensitive);
        lists_.rcodes = numbers(key("rcode"), find_response_code, "a response code such as \"NXDOMAIN\"");
        lists_.qtypes =
            numbers(key("qtype"), find_record_type, "a record type such as \"AAAA\" or \"TYPE65280\"");
        read_clients();
    }

  private:
    [[nodiscard]] std::string key(std::string_view name) const { return prefix_ + std::string(name); }

    // An empty list says nothing.
    std::vector<std::string> entries(const std::string& name) {
        return filter_.one_or_more(name).value_or(std::vector<std::string>{});
    }

    void read_domains() {
        const std::string name = key("qname_suffix");
        const std::string file_name = name + "_file";
        auto domains = std::make_shared<DomainSet>();
        const auto given = entries(name);
        for (const auto& entry : given)
            if (!domains->add(entry)) filter_.fault(name, "\"" + entry + "\" is not a domain name");
        const std::string file = filter_.text(file_name, "");
        if (!file.empty())
            read_list_file(filter_, file_name, file, a_listed_domain, destination_,
                           [&](std::string_view line) { return !parse_network(line) && domains->add(line); });
        if (!given.empty() || !file.empty()) lists_.qname_suffix = std::move(domains);
    }

    // Several patterns are one: any of them.
    std::optional<Pattern> pattern(const std::string& name, Pattern::Case which_case) {
        std::string all;
        for (const auto& entry : entries(name)) {
            const auto alone = Pattern::parse(entry, which_case);
            if (const auto* fault = std::get_if<Pattern::Fault>(&alone))
                filter_.fault(name, "\"" + entry + "\" is not a regular expression: " + fault->text);
            else
                all += (all.empty() ? "(?:" : "|(?:") + entry + ")";
        }
        if (all.empty()) return std::nullopt;
        auto parsed = Pattern::parse(all, which_case);
        if (const auto* fault = std::get_if<Pattern::Fault>(&parsed)) {
            filter_.fault(name, fault->text);
            return std::nullopt;
        }
        return std::get<Pattern>(std::move(parsed));
    }

    std::vector<std::uint16_t> numbers(const std::string& name,
                                       std::optional<std::int64_t> (*find)(std::string_view),
                                       std::string_view wanted) {
        std::vector<std::uint16_t> result;
        for (const auto& entry : entries(name)) {
            if (const auto number = find(entry))
                result.push_back(static_cast<std::uint16_t>(*number));
            else
                filter_.fault(name, "\"" + entry + "\" is not " + std::string(wanted));
        }
        return result;
    }

    void read_clients() {
        const std::string name = key("client");
        const auto given = entries(name);
        if (given.empty()) return;
        auto networks = std::make_shared<NetworkSet>();
        for (const auto& entry : given) {
            if (const auto network = parse_network(entry))
                networks->add(*network);
            else
                filter_.fault(
                    name, "\"" + entry + "\" is not a network such as \"10.0.0.0/8\" or \"2001:db8::/32\"");
        }
        networks->finish();
        lists_.clients = std::move(networks);
    }

    Section& filter_;
    std::string prefix_;
    DestinationConfig& destination_;
    FilterLists& lists_;
};

// Those that events of this destination can have.
std::vector<std::string> label_names(const StageOptions& stages) {
    std::vector<std::string> names;
    for (const FixedLabel& label : stages.labels) names.push_back(label.name);
    if (!stages.match_lists.empty()) names.emplace_back(list_label);
    return names;
}

void read_where(Section& filter, DestinationConfig& destination) {
    const std::string where = filter.text("where", "");
    if (where.empty()) return;
    const auto labels = label_names(destination.stages);
    auto parsed = parse_expression(where, &labels);
    if (const auto* fault = std::get_if<ExpressionFault>(&parsed))
        filter.fault("where", to_line(*fault), with_caret(where, *fault));
    else
        destination.stages.where = std::get<Expression>(std::move(parsed));
}

}  // namespace

void read_filter(Section filter, DestinationConfig& destination) {
    StageOptions& stages = destination.stages;
    read_messages(filter, destination);
    ListReader(filter, "", destination, stages.wanted).read();
    ListReader(filter, "not_", destination, stages.unwanted).read();
    read_where(filter, destination);
    stages.sample = filter.share("sample", stages.sample, 1);
    filter.finish();
}

}  // namespace tapferry
