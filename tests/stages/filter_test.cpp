#include "agent/stages/filter.h"

#include <doctest/doctest.h>

#include "agent/stages/sampling.h"
#include "tests/encoders/event_builder.h"

namespace tapferry {
namespace {

using namespace test;

std::shared_ptr<const DomainSet> domains(std::initializer_list<std::string_view> names) {
    auto set = std::make_shared<DomainSet>();
    for (const auto name : names) REQUIRE(set->add(name));
    return set;
}

std::shared_ptr<const NetworkSet> networks(std::initializer_list<std::string_view> texts) {
    auto set = std::make_shared<NetworkSet>();
    for (const auto text : texts) set->add(parse_network(text).value());
    set->finish();
    return set;
}

Pattern pattern(std::string_view text, Pattern::Case which_case = Pattern::Case::sensitive) {
    return std::get<Pattern>(Pattern::parse(text, which_case));
}

// Whether the event is wanted when these lists must match, and the opposite when they must not.
bool wants(const FilterLists& lists, const Event& event) {
    const bool wanted = Filter(lists, {}).wants(event);
    CHECK(Filter({}, lists).wants(event) != wanted);
    return wanted;
}

TEST_CASE("without lists everything is wanted") {
    CHECK(Filter({}, {}).wants(Event{}));
}

TEST_CASE("each list takes what is on it, and its twin all the rest") {
    EventBuilder builder;
    builder.rcode(3);
    const Event& event = builder.build();
    FilterLists lists;
    lists.qname_suffix = domains({"other.test", "example.test"});
    CHECK(wants(lists, event));
    lists.qname_suffix = domains({"ample.test"});
    CHECK(!wants(lists, event));
    lists = {};
    lists.clients = networks({"198.51.100.0/24"});
    CHECK(wants(lists, event));
    lists.clients = networks({"192.0.2.0/24"});  // the server's
    CHECK(!wants(lists, event));
    lists = {};
    lists.rcodes = {2, 3};
    CHECK(wants(lists, event));
    lists.rcodes = {0};
    CHECK(!wants(lists, event));
    lists = {};
    lists.qtypes = {28, 1};
    CHECK(wants(lists, event));
    lists.qtypes = {28};
    CHECK(!wants(lists, event));
    lists = {};
    lists.qname_regex = pattern("^W+\\.", Pattern::Case::insensitive);
    CHECK(wants(lists, event));
    lists.qname_regex = pattern("^example");
    CHECK(!wants(lists, event));
    lists = {};
    lists.family = FilterLists::Family::inet;
    CHECK(wants(lists, event));
    lists.family = FilterLists::Family::inet6;
    CHECK(!wants(lists, event));
}

TEST_CASE("all lists that are given must match, and one that must not is enough") {
    EventBuilder builder;
    const Event& event = builder.build();
    FilterLists wanted;
    wanted.qname_suffix = domains({"test"});
    wanted.qtypes = {1};
    CHECK(Filter(wanted, {}).wants(event));
    FilterLists unwanted;
    unwanted.rcodes = {5};
    CHECK(Filter(wanted, unwanted).wants(event));
    unwanted.qtypes = {1};
    CHECK(!Filter(wanted, unwanted).wants(event));
    wanted.rcodes = {5};
    CHECK(!Filter(wanted, {}).wants(event));
}

TEST_CASE("what an event has not is on no list") {
    EventBuilder builder;
    builder.type(MessageType::client_query).no_question().flags(0x0100);
    builder.event().query = builder.event().response = {};
    const Event& event = builder.build();
    for (int i = 0; i < 5; ++i) {
        FilterLists lists;
        if (i == 0) lists.rcodes = {0};
        if (i == 1) lists.qtypes = {0, 1};
        if (i == 2) lists.family = FilterLists::Family::inet;
        if (i == 3) lists.clients = networks({"0.0.0.0/0", "::/0"});
        if (i == 4) lists.qname_regex = pattern("");
        CAPTURE(i);
        CHECK(!wants(lists, event));
    }
}

TEST_CASE("an identity is matched as it is shown, and a new one is looked at anew") {
    FilterLists lists;
    lists.identity_regex = pattern("^ns[12]$");
    Filter filter(lists, {});
    EventBuilder builder;
    for (const auto& [identity, wanted] : {std::pair<std::string_view, bool>{"ns1", true},
                                           {"ns1", true},
                                           {"ns3", false},
                                           {"ns3", false},
                                           {"", false},
                                           {"ns2", true},
                                           {"ns1\n", false}}) {
        builder.event().identity = identity;
        const std::string server(identity);
        CAPTURE(server);
        CHECK(filter.wants(builder.build()) == wanted);
    }
}

TEST_CASE("of a name every event is kept or none, and the rate stands in what is kept") {
    const Sampling sampling(0.25);
    std::size_t kept = 0;
    for (int i = 0; i < 10'000; ++i) {
        const std::string name = "host" + std::to_string(i) + ".test";
        Event event;
        event.qname = name;
        const bool first = sampling.keeps(event);
        CHECK(event.sample_rate == (first ? 0.25 : 1));
        CHECK(Sampling(0.25).keeps(event) == first);
        // A larger share keeps what a smaller one does.
        if (first) CHECK(Sampling(0.5).keeps(event));
        kept += first;
    }
    CHECK(kept > 2'300);
    CHECK(kept < 2'700);
}

TEST_CASE("the choice of names is the same in every version, for it is compared between hosts and years") {
    std::string kept;
    for (const std::string_view name : {"example.com", "www.example.com", "a", "b", "c", "d", "e", "."}) {
        Event event;
        event.qname = name;
        kept += Sampling(0.5).keeps(event) ? '1' : '0';
    }
    CHECK(kept == "01011011");
}

TEST_CASE("a share of one keeps everything, and what has no name is kept and counts for itself") {
    Event event;
    event.qname = "example.com";
    CHECK(Sampling(1).keeps(event));
    CHECK(event.sample_rate == 1);
    Event nameless;
    CHECK(Sampling(0.000001).keeps(nameless));
    CHECK(nameless.sample_rate == 1);
}

}  // namespace
}  // namespace tapferry
