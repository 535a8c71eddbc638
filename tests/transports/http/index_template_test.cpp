#include <doctest/doctest.h>
#include <rapidjson/document.h>

#include "transports/http/index_template.h"

namespace tapferry {
namespace {

ElasticsearchOptions options_for(const std::string& index, bool is_data_stream) {
    ElasticsearchOptions options;
    options.index = index;
    options.is_data_stream = is_data_stream;
    return options;
}

rapidjson::Document parsed(const std::string& json) {
    rapidjson::Document document;
    REQUIRE(!document.Parse(json.c_str()).HasParseError());
    return document;
}

std::string name_and_pattern(const std::string& index, bool is_data_stream) {
    const auto made = index_template_of(options_for(index, is_data_stream), true);
    if (!made) return "none";
    CHECK(parsed(made->body)["index_patterns"][0].GetString() == made->pattern);
    return made->name + " for " + made->pattern;
}

}  // namespace

TEST_CASE("a template is for all name spaces of a data stream, and for all times of an index") {
    CHECK(name_and_pattern("logs-dns.dnstap-default", true) == "logs-dns.dnstap for logs-dns.dnstap-*");
    CHECK(name_and_pattern("logs-dns.other-fra1-a", true) == "logs-dns.other for logs-dns.other-*");
    CHECK(name_and_pattern("dns", true) == "dns for dns");
    CHECK(name_and_pattern("dns-%Y.%m.%d", false) == "dns for dns-*");
    CHECK(name_and_pattern("dns-events", false) == "dns-events for dns-events");
    CHECK(name_and_pattern("%Y-dns", false) == "none");
}

TEST_CASE("a template has the fields that its documents have, and a data stream only where it is for one") {
    const auto body = [](bool is_data_stream, bool is_ecs) {
        return parsed(index_template_of(options_for("dns-a-b", is_data_stream), is_ecs)->body);
    };
    const auto fields = [](const rapidjson::Document& document) {
        std::string names;
        for (const auto& member : document["template"]["mappings"]["properties"].GetObject())
            names += std::string(names.empty() ? "" : " ") + member.name.GetString();
        return names;
    };
    CHECK(body(true, true).HasMember("data_stream"));
    CHECK(!body(false, true).HasMember("data_stream"));
    CHECK(fields(body(true, true)) == "@timestamp event source destination dns");
    CHECK(fields(body(true, false)) == "@timestamp");
    CHECK(fields(body(false, false)).empty());
}

TEST_CASE("requests name what they make, whatever it is called") {
    IndexTemplate made;
    made.name = "a b/c";
    CHECK(creation_path(made) == "/_index_template/a%20b%2fc?create=true");
    CHECK(pipeline_path("dns?x") == "/_ingest/pipeline/dns%3fx");
    for (const bool is_ecs : {true, false}) CHECK(parsed(pipeline_body(is_ecs))["processors"].Size() == 1);
}

}  // namespace tapferry
