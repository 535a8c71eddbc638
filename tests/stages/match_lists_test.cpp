#include "agent/stages/match_lists.h"

#include <doctest/doctest.h>

#include "tests/encoders/event_builder.h"

namespace tapferry {
namespace {

using namespace test;
using Use = MatchListOptions::Use;

MatchListOptions domains(std::string name, std::string_view domain, Use use = Use::tag) {
    MatchListOptions list;
    list.name = std::move(name);
    list.use = use;
    auto set = std::make_shared<DomainSet>();
    REQUIRE(set->add(domain));
    list.domains = std::move(set);
    list.in_qname = true;
    return list;
}

MatchListOptions networks(std::string name, std::string_view network) {
    MatchListOptions list;
    list.name = std::move(name);
    auto set = std::make_shared<NetworkSet>();
    set->add(parse_network(network).value());
    set->finish();
    list.networks = std::move(set);
    return list;
}

// The lists it is on; "dropped" when it does not pass.
std::string found(std::vector<MatchListOptions> lists, const Event& event) {
    MatchLists all(std::move(lists));
    return all.pass(event) ? std::string(all.names()) : "dropped";
}

TEST_CASE("an event is on each list that holds it, in order of the lists") {
    EventBuilder builder;
    const Event& event = builder.build();
    CHECK(found({domains("a", "example.test"), domains("b", "other.test"), domains("c", "test")}, event) ==
          "a,c");
    CHECK(found({domains("a", "other.test")}, event).empty());
}

TEST_CASE("a list of what to drop drops what is on it, and nothing else") {
    EventBuilder builder;
    const Event& event = builder.build();
    CHECK(found({domains("a", "test"), domains("b", "example.test", Use::drop)}, event) == "dropped");
    CHECK(found({domains("a", "test"), domains("b", "other.test", Use::drop)}, event) == "a");
}

TEST_CASE("with lists of what to keep, one of them is enough and none too few") {
    EventBuilder builder;
    const Event& event = builder.build();
    CHECK(found({domains("a", "other.test", Use::only), domains("b", "test", Use::only)}, event) == "b");
    CHECK(found({domains("a", "other.test", Use::only), domains("b", "test")}, event) == "dropped");
    CHECK(found({domains("a", "test", Use::only), domains("b", "test", Use::drop)}, event) == "dropped");
}

TEST_CASE("domains are found among the names that answers lead to when that is asked") {
    EventBuilder builder;
    builder.answer({"www", "example", "test"}, 5, wire_name({"cdn", "bad", "test"}));
    builder.answer({"www", "example", "test"}, 15,
                   std::string("\0\x0A", 2) + wire_name({"mx", "worse", "test"}));
    builder.answer({"www", "example", "test"}, 16, character_string("txt.test"));
    const Event& event = builder.build();
    for (const std::string_view domain : {"bad.test", "worse.test", "mx.worse.test", "txt.test"}) {
        MatchListOptions list = domains("l", domain);
        CHECK(found({list}, event).empty());
        list.in_answers = true;
        CHECK((found({list}, event) == "l") == (domain != "txt.test"));
    }
}

TEST_CASE("networks are found where they are asked for, and nowhere else") {
    EventBuilder builder;
    builder.answer({"www", "example", "test"}, 1, std::string("\xC0\x00\x02\x07", 4));
    builder.answer({"www", "example", "test"}, 1, "bad");
    builder.build();
    Event event = builder.build();
    event.dns.edns.has_client_subnet = true;
    event.dns.edns.client_subnet_family = 1;
    event.dns.edns.client_subnet_source_prefix = 24;
    event.dns.edns.client_subnet_address[0] = 10;
    const std::pair<std::string_view, bool MatchListOptions::*> places[] = {
        {"198.51.100.0/24", &MatchListOptions::in_src},
        {"192.0.2.53", &MatchListOptions::in_dst},
        {"192.0.2.7", &MatchListOptions::in_answers},
        {"10.0.0.0/8", &MatchListOptions::in_client_subnet}};
    for (const auto& [network, there] : places) {
        for (const auto& [other, asked] : places) {
            MatchListOptions list = networks("l", network);
            list.*asked = true;
            CHECK((found({list}, event) == "l") == (there == asked));
        }
    }
}

}  // namespace
}  // namespace tapferry
