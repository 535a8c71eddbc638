#include "agent/stages/expression_fields.h"

#include <algorithm>

#include "encoders/event_facts.h"
#include "proto/dns_text.h"

namespace tapferry {

namespace {

using In = const Event&;

struct NamedView {
    std::string_view field;
    TextOf view;
};
constexpr NamedView viewed[] = {
    {"qname", [](In e) { return e.qname; }},
    {"registered_domain", [](In e) { return e.registered_domain; }},
    {"public_suffix", [](In e) { return e.public_suffix; }},
    {"short_type", [](In e) { return message_type_short(e.type); }},
    {"arrow", [](In e) { return std::string_view(e.is_response ? "<-" : "->"); }},
    {"malformed",
     [](In e) {
         return e.dns.malformed == nullptr ? std::string_view{} : std::string_view(e.dns.malformed);
     }},
    {"time_source", [](In e) { return std::string_view(e.time_source == TimeSource::agent ? "agent" : ""); }},
};

struct NamedTime {
    std::string_view field;
    TimeOf time;
};
constexpr NamedTime timed[] = {
    {"time", [](In e) { return std::optional(e.time); }},
    {"query_time", [](In e) { return e.query_time; }},
    {"response_time", [](In e) { return e.response_time; }},
};

template <typename Table>
auto* find_in(Table& table, std::string_view name) {
    const auto found = std::find_if(std::begin(table), std::end(table),
                                    [&](const auto& entry) { return entry.field == name; });
    return found == std::end(table) ? nullptr : &*found;
}

bool is_answer_address(std::string_view field) {
    return field == "answer_ip" || field == "answer_ips" || field == "answer_a" || field == "answer_aaaa";
}

// What only expressions ask for: it has a test of its own, and no text.
constexpr EventField clipped{.name = "clipped", .type = FieldType::text, .append = nullptr};

FieldSort sort_of(const EventField& field) {
    if (field.name == clipped.name) return FieldSort::clipped;
    switch (field.type) {
        case FieldType::number:
            return FieldSort::number;
        case FieldType::time:
            return find_in(timed, field.name) != nullptr ? FieldSort::time : FieldSort::text;
        case FieldType::address:
            return FieldSort::address;
        case FieldType::list:
            if (field.name == "ede") return FieldSort::extended_errors;
            return is_answer_address(field.name) ? FieldSort::answer_address : FieldSort::list;
        case FieldType::text:
            break;
    }
    if (find_field_codes(field.name) != nullptr) return FieldSort::code;
    if (is_answer_address(field.name)) return FieldSort::answer_address;
    if (field.name == "qname" || field.name == "registered_domain" || field.name == "public_suffix" ||
        field.name == "zone")
        return FieldSort::name;
    return field.name == "client_subnet" ? FieldSort::subnet : FieldSort::text;
}

struct OtherName {
    std::string_view name;
    std::string_view ours;
};
// Not quite the same.
constexpr OtherName other_fields[] = {
    {"edns", "edns_version"},
    {"policy", "policy_type"},
    {"answers.name", "answer_name"},
    {"answers.ttl", "answer_ttl"},
    {"edns_client_subnet", "client_subnet"},
    {"ecs", "client_subnet"},
    {"subnet", "client_subnet"},
    {"port", "src_port"},
    {"ip", "src"},
    {"label", "labels"},
    {"server_identity", "identity"},
    {"name", "qname"},
};

constexpr std::string_view label_prefix = "labels.";

}  // namespace

std::optional<ComparedField> find_compared_field(std::string_view name) {
    if (name.starts_with(label_prefix))
        return ComparedField{find_event_field("labels"), FieldSort::label, name,
                             name.substr(label_prefix.size())};
    const EventField* field = name == clipped.name ? &clipped : find_json_field(name);
    if (field == nullptr) return std::nullopt;
    name = field->name;
    ComparedField compared{field, sort_of(*field), field->name};
    compared.codes = find_field_codes(name);
    compared.words = find_list_words(name);
    if (const auto* entry = find_in(viewed, name)) compared.view = entry->view;
    if (const auto* entry = find_in(timed, name)) compared.time = entry->time;
    return compared;
}

std::vector<std::string_view> compared_fields() {
    std::vector<std::string_view> names;
    for (const EventField& field : event_fields()) names.push_back(field.name);
    names.push_back(clipped.name);
    return names;
}

std::string_view suggested_field(std::string_view name) {
    const auto* const other = std::ranges::find(other_fields, name, &OtherName::name);
    if (other != std::end(other_fields)) return other->ours;
    return near_event_field(name);
}

std::string_view sort_name(FieldSort sort) {
    switch (sort) {
        case FieldSort::number:
            return "a number";
        case FieldSort::time:
            return "a time";
        case FieldSort::address:
            return "an address";
        case FieldSort::answer_address:
            return "one of the addresses that the answers hold";
        case FieldSort::extended_errors:
            return "a list of codes";
        case FieldSort::list:
            return "a list of texts";
        case FieldSort::clipped:
            return "true or false";
        default:
            return "a text";
    }
}

}  // namespace tapferry
