#include "agent/commands/stats/statistics.h"

#include <doctest/doctest.h>

#include "agent/commands/stats/report.h"
#include "tests/encoders/event_builder.h"

namespace tapferry {
namespace {

using namespace test;

std::string most_frequent(const TopTable& table) {
    const auto top = table.top(1);
    return top.empty() ? "" : std::string(top.front().text);
}

Event at(EventBuilder& builder, const Timestamp& time) {
    Event event = builder.build();
    event.time = time;
    event.time_source = TimeSource::server;
    return event;
}

TEST_CASE("a resolver and a forwarder ask servers upstream, and everyone else is asked by clients") {
    CaptureStatistics upstream;
    for (const auto type : {MessageType::resolver_query, MessageType::resolver_response,
                            MessageType::forwarder_query, MessageType::forwarder_response})
        upstream.add(EventBuilder().type(type).build());
    CHECK(upstream.tables().upstreams.total() == 4);
    CHECK(most_frequent(upstream.tables().upstreams) == "192.0.2.53");
    CHECK(upstream.tables().clients.total() == 0);
    CaptureStatistics own;
    for (const auto type : {MessageType::client_query, MessageType::auth_response, MessageType::stub_query})
        own.add(EventBuilder().type(type).build());
    CHECK(own.tables().clients.total() == 3);
    CHECK(most_frequent(own.tables().clients) == "198.51.100.7");
    CHECK(own.tables().upstreams.total() == 0);
}

TEST_CASE("a response with an error is a failure, and a query is not, whatever its header says") {
    CaptureStatistics statistics;
    statistics.add(EventBuilder().question({"good", "test"}).build());
    statistics.add(EventBuilder().question({"bad", "test"}).rcode(3).build());
    EventBuilder query;
    query.type(MessageType::client_query).flags(0x0100).question({"asked", "test"}).rcode(3);
    statistics.add(query.build());
    statistics.add(EventBuilder().no_question().build());
    CHECK(statistics.events() == 4);
    CHECK(statistics.responses() == 3);
    CHECK(statistics.failures() == 1);
    CHECK(statistics.tables().rcodes.total() == 3);
    CHECK(statistics.tables().names.total() == 3);
    CHECK(statistics.tables().failing_names.total() == 1);
    CHECK(most_frequent(statistics.tables().failing_names) == "bad.test");
    CHECK(statistics.query_sizes().count() == 1);
    CHECK(statistics.response_sizes().count() == 3);
}

TEST_CASE("EDNS, DO and TC are counted where they are") {
    CaptureStatistics statistics;
    for (const auto& [has_edns, dnssec_ok] :
         {std::pair{false, false}, std::pair{true, false}, std::pair{true, true}, std::pair{true, true}}) {
        EventBuilder builder;
        Event event = builder.build();
        event.dns.has_edns = has_edns;
        event.dns.edns.dnssec_ok = dnssec_ok;
        statistics.add(event);
    }
    CHECK(statistics.edns() == 3);
    CHECK(statistics.dnssec_ok() == 2);
    CHECK(statistics.truncated() == 0);
    statistics.add(EventBuilder().flags(0x8380).build());
    CHECK(statistics.truncated() == 1);
}

TEST_CASE("first and last are of the times that servers told, in whatever order they came") {
    CaptureStatistics statistics;
    EventBuilder builder;
    for (const std::int64_t second : {50, 20, 90, 60}) statistics.add(at(builder, {second, 0}));
    Event untimed = at(builder, {900, 0});
    untimed.time_source = TimeSource::agent;
    statistics.add(untimed);
    CHECK(statistics.first() == Timestamp{20, 0});
    CHECK(statistics.last() == Timestamp{90, 0});
    CHECK(statistics.without_time() == 1);
    const CaptureReport report = make_report(statistics, {}, 10);
    CHECK(report.seconds == 70);
    CHECK(report.mean_rate == doctest::Approx(4.0 / 70));
}

TEST_CASE("latencies are of each type of message that has them, and of all") {
    CaptureStatistics statistics;
    for (const auto type : {MessageType::client_response, MessageType::resolver_response}) {
        EventBuilder builder;
        Event event = at(builder.type(type), {100, 7'000'000});
        event.query_time = {100, 0};
        event.response_time = event.time;
        statistics.add(event);
    }
    EventBuilder unpaired;
    statistics.add(at(unpaired.type(MessageType::auth_response), {100, 0}));
    CHECK(statistics.latency().count() == 2);
    CHECK(statistics.latency(MessageType::client_response).greatest() == 7'000'000);
    CHECK(statistics.latency(MessageType::auth_response).count() == 0);
    const CaptureReport report = make_report(statistics, {}, 10);
    REQUIRE(report.latency.size() == 3);
    CHECK(report.latency[0].key == "all");
    CHECK(report.latency[1].key == "RESOLVER_RESPONSE");
    CHECK(report.latency[2].key == "CLIENT_RESPONSE");
}

TEST_CASE("a capture shorter than a second has no busiest one: its mean rate is more than any second held") {
    CaptureStatistics statistics;
    EventBuilder builder;
    for (const std::uint32_t tenths : {0U, 1U}) statistics.add(at(builder, {100, tenths * 100'000'000}));
    const CaptureReport report = make_report(statistics, {}, 10);
    CHECK(report.mean_rate == doctest::Approx(20));
    CHECK(report.peak_rate == 2);
    CHECK_FALSE(report.has_busiest_second());
    statistics.add(at(builder, {102, 0}));
    CHECK(make_report(statistics, {}, 10).has_busiest_second());
}

TEST_CASE("the series of an event is that of its response code, and a query has none") {
    const auto of = [](std::uint16_t rcode) {
        return timeline_series_of(EventBuilder().rcode(rcode).build());
    };
    CHECK(of(0) == TimelineSeries::noerror);
    CHECK(of(2) == TimelineSeries::servfail);
    CHECK(of(3) == TimelineSeries::nxdomain);
    CHECK(of(5) == TimelineSeries::refused);
    CHECK(of(4) == TimelineSeries::other);
    EventBuilder query;
    query.type(MessageType::client_query).flags(0x0100);
    CHECK(timeline_series_of(query.build()) == TimelineSeries::none);
}

}  // namespace
}  // namespace tapferry
