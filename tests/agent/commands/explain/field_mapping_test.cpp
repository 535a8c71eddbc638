#include "agent/commands/explain/field_mapping.h"

#include <doctest/doctest.h>

#include "agent/commands/explain/fact_source.h"
#include "agent/commands/explain/key_table.h"

namespace tapferry {
namespace {

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
