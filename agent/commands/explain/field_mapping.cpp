#include "agent/commands/explain/field_mapping.h"

#include <algorithm>
#include <initializer_list>
#include <iterator>

#include "agent/commands/explain/fact_source.h"
#include "agent/commands/explain/key_table.h"

namespace tapferry {

namespace {

struct KeyLimit {
    std::string_view format;
    std::string_view key;
    std::size_t characters;
};

// Of ArcSight's dictionary and of QRadar's header.
constexpr KeyLimit limits[] = {
    {"cef", "header vendor", 63},
    {"cef", "header product", 63},
    {"cef", "act", 63},
    {"cef", "destinationDnsDomain", 255},
    {"cef", "dhost", 1023},
    {"cef", "dvchost", 100},
    {"cef", "externalId", 40},
    {"cef", "cat", 1023},
    {"cef", "reason", 1023},
    {"cef", "msg", 1023},
    {"cef", "cs1 DnsQueryType", 4000},
    {"cef", "cs2 DnsResponseCode", 4000},
    {"cef", "cs3 DnsFlags", 4000},
    {"cef", "cs4 DnsAnswers", 4000},
    {"cef", "cs5 DnstapType", 4000},
    {"cef", "cs6 DnsTransport", 4000},
    {"leef", "header event id", 255},
};

const KeyMeaning* find(std::string_view format, std::string_view key) {
    for (const auto table : {key_meanings(), own_key_meanings()}) {
        const auto found = std::find_if(table.begin(), table.end(), [&](const KeyMeaning& meaning) {
            return meaning.format == format && meaning.key == key;
        });
        if (found != table.end()) return &*found;
    }
    return nullptr;
}

// Words that mean something else below another name: "metadata.version" is no server's version.
bool says_nothing_alone(std::string_view word) {
    constexpr std::string_view words[] = {"version", "type",  "name",  "id",   "count",
                                          "time",    "class", "data",  "kind", "code",
                                          "text",    "input", "bytes", "ttl",  "query"};
    return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

bool has_component(std::string_view key, std::string_view component) {
    for (;;) {
        const std::size_t dot = key.find('.');
        if (key.substr(0, dot) == component) return true;
        if (dot == std::string_view::npos) return false;
        key.remove_prefix(dot + 1);
    }
}

}  // namespace

// The whole key first, then what is left when its first names are taken away.
std::string_view fact_of(std::string_view format, std::string_view key) {
    if (const auto* meaning = find(format, key)) return meaning->fact;
    if (format == "gelf" && key.starts_with('_')) {  // what it calls its own are fields of json
        key.remove_prefix(1);
        format = "json";
    }
    if (has_component(key, "labels")) return "labels";
    if (has_component(key, "geo") || has_component(key, "as")) return "geo";
    const Event nothing;
    for (std::string_view rest = key;;) {
        const bool whole = rest.size() == key.size();
        if (const auto* meaning = find(format, rest);
            meaning != nullptr && (whole || !says_nothing_alone(rest)))
            return meaning->fact;
        if (whole || !says_nothing_alone(rest)) {
            if (const auto* meaning = find("", rest)) return meaning->fact;
            if (source_of(nothing, rest, 0)) return rest;
        }
        const std::size_t dot = rest.find('.');
        // In yaml what else stands there are options, by whatever name.
        if (dot == std::string_view::npos)
            return key.find("EDNS.") == std::string_view::npos ? std::string_view() : "edns.options[].data";
        rest.remove_prefix(dot + 1);
    }
}

std::size_t limit_of(std::string_view format, std::string_view key) {
    for (const KeyLimit& limit : limits)
        if (limit.format == format && limit.key == key) return limit.characters;
    return 0;
}

}  // namespace tapferry
