#include "agent/commands/explain/field_mapping.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "agent/commands/explain/fact_source.h"
#include "agent/commands/explain/key_table.h"
#include "agent/commands/explain/record_fields.h"
#include "encoders/event_fields.h"

namespace tapferry {
namespace {

// A folder of tests/golden: what shape its records have, and whose keys.
struct GoldenFolder {
    const char* name;
    std::string_view shape;
    std::string_view keys;
};
constexpr GoldenFolder golden_folders[] = {{"json", "json", "json"},
                                           {"json-all", "json", "json"},
                                           {"json-each", "json", "json"},
                                           {"json-receiver", "json", "dnstap-receiver"},
                                           {"ecs", "ecs", "ecs"},
                                           {"cim", "cim", "cim"},
                                           {"ocsf", "ocsf", "ocsf"},
                                           {"ocsf-1.9", "ocsf", "ocsf"},
                                           {"asim", "asim", "asim"},
                                           {"zeek", "zeek", "zeek"},
                                           {"gelf", "gelf", "gelf"},
                                           {"cef", "cef", "cef"},
                                           {"cef-each", "cef", "cef"},
                                           {"cef-infoblox", "cef", "cef"},
                                           {"syslog", "cef", "cef"},
                                           {"leef", "leef", "leef"},
                                           {"passivedns", "passivedns", "passivedns"},
                                           {"cof", "cof", "cof"},
                                           {"cof-d4", "cof", "cof"},
                                           {"summary", "summary", "summary"},
                                           {"yaml", "yaml", "yaml"},
                                           {"yaml-receiver", "yaml", "dnstap-receiver"},
                                           {"dig", "dig", "dig"},
                                           {"hex", "hex", "hex"}};

// Keys that no golden event has: of long names, of a label "view", of updates, of errors with a text.
constexpr std::string_view keys_of_rare_events[] = {
    "dhost",    "InfobloxDNSView",  "PREREQUISITE[]", "PREREQUISITE_SECTION[]",
    "UPDATE[]", "UPDATE_SECTION[]", "EDE.EXTRA-TEXT", "EDNS.MBZ"};

// Of a file of golden records; those of several lines are taken as one, which has the keys of all.
std::vector<std::string> golden_records(const std::filesystem::path& path, std::string_view shape) {
    std::ifstream file(path);
    std::stringstream whole;
    whole << file.rdbuf();
    if (shape == "dig" || shape == "hex") return {whole.str()};
    std::vector<std::string> records(1);
    for (std::string line; std::getline(whole, line);) {
        if (shape == "yaml") {
            records.back() += line + '\n';
            if (line == "---") records.emplace_back();
        } else {
            // What stands before CEF is the syslog header.
            const std::size_t begin = shape == "cef" ? line.find("CEF:0|") : 0;
            records.push_back(line.substr(std::min(line.size(), begin)));
        }
    }
    return records;
}

using KeysOfFormats = std::set<std::pair<std::string, std::string>>;

// The key, and what is left when its first names are taken away; of any format too.
void meet(KeysOfFormats& met, std::string_view keys, std::string_view key) {
    for (;;) {
        met.emplace(keys, key);
        met.emplace("", key);
        const std::size_t dot = key.find('.');
        if (dot == std::string_view::npos) return;
        key.remove_prefix(dot + 1);
    }
}

KeysOfFormats golden_keys() {
    KeysOfFormats met;
    for (const GoldenFolder& folder : golden_folders) {
        const std::filesystem::path path =
            std::filesystem::path(TAPFERRY_SOURCE_DIR "/tests/golden") / folder.name;
        for (const auto& file : std::filesystem::directory_iterator(path))
            for (const std::string& record : golden_records(file.path(), folder.shape))
                for (const RecordField& field : fields_of_record(folder.shape, record))
                    meet(met, folder.keys, without_indexes(field.key));
    }
    for (const EventField& field : event_fields()) meet(met, "text", field.name);
    return met;
}

TEST_CASE("every row of the tables is for a key that a format writes") {
    const KeysOfFormats met = golden_keys();
    for (const auto table : {key_meanings(), own_key_meanings()}) {
        for (const KeyMeaning& meaning : table) {
            CAPTURE(meaning.format);
            CAPTURE(meaning.key);
            const bool rare =
                std::ranges::find(keys_of_rare_events, meaning.key) != std::end(keys_of_rare_events);
            CHECK(met.contains({std::string(meaning.format), std::string(meaning.key)}) != rare);
        }
    }
}

TEST_CASE("every key of the tables stands for a fact that has a source, or for none") {
    const Event event;
    for (const auto table : {key_meanings(), own_key_meanings()}) {
        for (const KeyMeaning& meaning : table) {
            CAPTURE(meaning.key);
            CHECK((meaning.fact.empty() || source_of(event, meaning.fact, 0)));
        }
    }
}

TEST_CASE("a key of a nested schema is found by its whole path, then by its end") {
    CHECK(fact_of("ecs", "dns.question.name") == "qname");
    CHECK(fact_of("ecs", "dnstap.type") == "type");
    CHECK(fact_of("ecs", "source.geo.country_iso_code") == "geo");
    CHECK(fact_of("ocsf", "unmapped.flags[]") == "flags");
    CHECK(fact_of("ocsf", "metadata.product.version") == "constant");
    CHECK(fact_of("asim", "AdditionalFields.version") == "version");
    CHECK(fact_of("gelf", "_qname") == "qname");
    CHECK(fact_of("gelf", "_edns_do") == "edns.do");
    CHECK(fact_of("gelf", "_policy_rule") == "policy.rule");
    CHECK(fact_of("yaml", "message.response_message_data.OPT_PSEUDOSECTION.EDNS.OPT=65001") ==
          "edns.options[].data");
    CHECK(fact_of("leef", "queryType") == "qtype");
    CHECK(fact_of("json", "labels.site") == "labels");
    CHECK(fact_of("json", "edns.cookie_length") == "edns.cookie");
    CHECK(fact_of("json", "edns.padding_length") == "edns.padding");
}

TEST_CASE("a word that means nothing by itself is not taken for a fact below another name") {
    CHECK(fact_of("ecs", "made.up.version").empty());
    CHECK(fact_of("ecs", "something.type").empty());
    CHECK(fact_of("json", "version") == "version");
}

}  // namespace
}  // namespace tapferry
