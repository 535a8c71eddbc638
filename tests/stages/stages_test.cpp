#include "agent/stages/stages.h"

#include <doctest/doctest.h>

#include "tests/encoders/event_builder.h"

namespace tapferry {
namespace {

using namespace test;

Expression where(std::string_view text) {
    return std::get<Expression>(parse_expression(text));
}

std::string labels_of(const Event& event) {
    std::string text;
    for (const Label& label : event.labels)
        text += std::string(label.name) + "=" + std::string(label.value) + " ";
    return text;
}

StageOptions with_list(std::string_view domain) {
    StageOptions options;
    options.labels = {{"host", "a"}, {"site", "fra1"}};
    auto set = std::make_shared<DomainSet>();
    REQUIRE(set->add(domain));
    MatchListOptions list;
    list.name = "bad";
    list.domains = std::move(set);
    list.in_qname = true;
    options.match_lists.push_back(std::move(list));
    return options;
}

TEST_CASE("stages that are not asked for leave an event as it is") {
    EventBuilder builder;
    Event event = builder.build();
    CHECK(Stages({}).pass(event));
    CHECK(event.labels.empty());
    CHECK(event.registered_domain.empty());
    CHECK(event.sample_rate == 1);
}

TEST_CASE("an event passes when its type, the lists, the expression and the sample all want it") {
    EventBuilder builder;
    const auto passes = [&](const StageOptions& options) {
        Event event = builder.build();
        return Stages(options).pass(event);
    };
    StageOptions options;
    options.selection = Selection::usual();
    options.wanted.qtypes = {1};
    options.where = where("rcode == \"NOERROR\"");
    CHECK(passes(options));
    builder.type(MessageType::resolver_response);
    CHECK(!passes(options));
    builder.type(MessageType::client_response).rcode(2);
    CHECK(!passes(options));
    builder.rcode(0).question({"www", "example", "test"}, 28);
    CHECK(!passes(options));
    options.wanted = {};
    CHECK(passes(options));
    options.sample = 1e-12;
    CHECK(!passes(options));
}

TEST_CASE("the label of the lists stands in order, only in events that are on one") {
    Stages stages(with_list("example.test"));
    EventBuilder builder;
    Event event = builder.build();
    CHECK(stages.pass(event));
    CHECK(labels_of(event) == "host=a list=bad site=fra1 ");
    builder.question({"other"});
    event = builder.build();
    CHECK(stages.pass(event));
    CHECK(labels_of(event) == "host=a site=fra1 ");
}

TEST_CASE("the registered domain is there for an expression that asks for it, and for formats when wanted") {
    EventBuilder builder;
    StageOptions options;
    options.where = where("registered_domain == \"example.test\"");
    Event event = builder.build();
    CHECK(Stages(options).pass(event));
    options = {};
    options.registered_domain = true;
    event = builder.build();
    CHECK(Stages(options).pass(event));
    CHECK(event.registered_domain == "example.test");
    options.where = where("public_suffix == \"TEST\" and not registered_domain == \"test\"");
    event = builder.build();
    CHECK(Stages(options).pass(event));
    CHECK(event.public_suffix == "test");
}

TEST_CASE("an expression may ask for the public suffix alone") {
    StageOptions options;
    options.where = where("public_suffix == \"test\"");
    Stages stages(options);
    EventBuilder builder;
    Event event = builder.build();
    CHECK(stages.pass(event));
    builder.question({"www", "test", "example"});
    event = builder.build();
    CHECK_FALSE(stages.pass(event));
}

TEST_CASE("an expression may ask for the domain of an event that shall not have it") {
    EventBuilder builder;
    StageOptions options;
    options.where = where("public_suffix == \"test\" and registered_domain");
    Event event = builder.build();
    CHECK(Stages(options).pass(event));
    CHECK(event.registered_domain.empty());
    CHECK(event.public_suffix.empty());
}

TEST_CASE("an expression may ask for the rate that a sample is kept at") {
    EventBuilder builder;
    StageOptions options;
    options.sample = 0.999'999;
    options.where = where("sample_rate > 0.9");
    Event event = builder.build();
    CHECK(Stages(options).pass(event));
    options.where = where("sample_rate < 0.9");
    event = builder.build();
    CHECK(!Stages(options).pass(event));
}

TEST_CASE("filters and places see the address as it was, what comes behind privacy does not") {
    EventBuilder builder;
    StageOptions options;
    options.where = where("src == \"198.51.100.7\"");
    options.privacy.client = PrivacyOptions::Client::drop;
    options.places = std::get<0>(
        PlaceDatabases::open({std::string(TAPFERRY_SOURCE_DIR) + "/tests/data/places/city.mmdb", "", ""}));
    Event event = builder.build();
    CHECK(Stages(options).pass(event));
    CHECK(!event.query.address.present());
    CHECK(event.query_place.country == "FR");
    CHECK(event.response_place.city == "Frankfurt");
}

TEST_CASE("an expression may ask for labels, for lists and for places, which are there before it then") {
    EventBuilder builder;
    const auto passes = [&](StageOptions options, std::string_view text) {
        options.where = where(text);
        Event event = builder.build();
        const bool passed = Stages(options).pass(event);
        if (passed) CHECK(event.labels.size() >= options.labels.size());
        return passed;
    };
    const StageOptions listed = with_list("example.test");
    CHECK(passes(listed, "labels.site == \"fra1\""));
    CHECK(!passes(listed, "labels.site == \"ams\""));
    CHECK(passes(listed, "labels.list == \"bad\""));
    CHECK(!passes(with_list("other.test"), "labels.list"));
    StageOptions dropped = listed;
    dropped.match_lists.front().use = MatchListOptions::Use::drop;
    CHECK(!passes(dropped, "labels.site"));
    StageOptions placed;
    CHECK(!passes(placed, "src_country"));
    placed.places = std::get<0>(
        PlaceDatabases::open({std::string(TAPFERRY_SOURCE_DIR) + "/tests/data/places/city.mmdb", "", ""}));
    CHECK(passes(placed, "src_country == \"FR\""));
    CHECK(passes(placed, "dst_city == \"Frankfurt\""));
    CHECK(!passes(placed, "src_country == \"DE\""));
}

}  // namespace
}  // namespace tapferry
