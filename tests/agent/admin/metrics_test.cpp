#include "agent/admin/metrics.h"

#include <doctest/doctest.h>

#include "tests/agent/admin/agent_status.h"
#include "tests/agent/admin/exposition.h"

namespace tapferry {
namespace {

using namespace test;
using Labels = std::map<std::string, std::string>;

const Labels input{{"input", "bind"}};
const Labels siem{{"destination", "siem"}};

TEST_CASE("every metric of this version is there under its name, with a type and a help text") {
    const Exposition exposition = read_exposition(metrics_text(sound_status()));
    const std::pair<std::string, std::string> promised[] = {
        {"tapferry_frames_received_total", "counter"},
        {"tapferry_frames_rejected_total", "counter"},
        {"tapferry_connections_rejected_total", "counter"},
        {"tapferry_frames_appended_total", "counter"},
        {"tapferry_spool_bytes", "gauge"},
        {"tapferry_spool_frames_lost_total", "counter"},
        {"tapferry_route_frames_read_total", "counter"},
        {"tapferry_route_undecodable_total", "counter"},
        {"tapferry_route_filtered_total", "counter"},
        {"tapferry_events_paired_total", "counter"},
        {"tapferry_events_open", "gauge"},
        {"tapferry_records_delivered_total", "counter"},
        {"tapferry_route_odd_fields_total", "counter"},
        {"tapferry_deliveries_total", "counter"},
        {"tapferry_delivery_seconds", "histogram"},
        {"tapferry_route_lag_seconds", "gauge"},
        {"tapferry_route_pending_frames", "gauge"},
        {"tapferry_events_rendered_total", "counter"},
        {"tapferry_events_delivered_total", "counter"},
        {"tapferry_events_dead_lettered_total", "counter"},
        {"tapferry_events_in_flight", "gauge"},
        {"tapferry_records_repeated_total", "counter"},
        {"tapferry_records_dead_lettered_total", "counter"},
        {"tapferry_records_shortened_total", "counter"},
        {"tapferry_records_left_out_total", "counter"},
        {"tapferry_notices_total", "counter"},
        {"tapferry_records_requeued_total", "counter"},
        {"tapferry_dead_letters_dropped_total", "counter"},
        {"tapferry_input_connections", "gauge"},
        {"tapferry_build_info", "gauge"},
    };
    for (const auto& row : promised) {
        CAPTURE(row.first);
        const auto& [name, type] = row;
        REQUIRE(exposition.has(name));
        CHECK(exposition.types.at(name) == type);
        CHECK(!exposition.helps.at(name).empty());
    }
}

TEST_CASE("each metric shows its own counter") {
    const Exposition exposition = read_exposition(metrics_text(sound_status()));
    const auto of_siem = [&](std::string_view name) { return exposition.value(name, siem); };
    CHECK(exposition.value("tapferry_frames_received_total", input) == 1120);
    CHECK(exposition.value("tapferry_frames_appended_total") == 1110);
    CHECK(exposition.value("tapferry_input_connections", input) == 2);
    CHECK(exposition.value("tapferry_spool_bytes") == 4096);
    for (std::size_t i = 0; i < frame_rejection_names.size(); ++i) {
        const Labels labels{{"input", "bind"}, {"reason", frame_rejection_names[i]}};
        CHECK(exposition.value("tapferry_frames_rejected_total", labels) ==
              static_cast<double>(sound_status().inputs.front().rejected[i]));
    }
    const Labels tls{{"input", "bind"}, {"reason", "tls"}};
    CHECK(exposition.value("tapferry_connections_rejected_total", tls) == 5);
    CHECK(of_siem("tapferry_route_frames_read_total") == 990);
    CHECK(of_siem("tapferry_route_undecodable_total") == 1);
    CHECK(of_siem("tapferry_route_filtered_total") == 80);
    CHECK(of_siem("tapferry_events_paired_total") == 6);
    CHECK(of_siem("tapferry_events_open") == 3);
    CHECK(of_siem("tapferry_events_rendered_total") == 900);
    CHECK(of_siem("tapferry_events_delivered_total") == 897);
    CHECK(of_siem("tapferry_events_dead_lettered_total") == 3);
    CHECK(of_siem("tapferry_records_dead_lettered_total") == 4);
    const auto odd = [&](const char* field) {
        return exposition.value("tapferry_route_odd_fields_total",
                                {{"destination", "siem"}, {"field", field}});
    };
    CHECK(odd("time") == 6);
    CHECK(odd("address") == 7);
    CHECK(of_siem("tapferry_events_in_flight") == 60);
    CHECK(of_siem("tapferry_records_delivered_total") == 950);
    CHECK(of_siem("tapferry_records_repeated_total") == 7);
    CHECK(of_siem("tapferry_route_pending_frames") == 100);
    CHECK(of_siem("tapferry_route_lag_seconds") == 1.5);
    const auto verdict = [&](const char* name) {
        return exposition.value("tapferry_deliveries_total", {{"destination", "siem"}, {"verdict", name}});
    };
    CHECK(verdict("sent") == 9);
    CHECK(verdict("accepted") == 8);
    CHECK(verdict("retry") == 7);
    CHECK(verdict("refused") == 6);
    const auto shortened = [&](const char* field) {
        return exposition.value("tapferry_records_shortened_total",
                                {{"destination", "siem"}, {"field", field}});
    };
    CHECK(exposition.value("tapferry_notices_total", {{"destination", "siem"}, {"kind", "ledger"}}) == 31);
    CHECK(exposition.value("tapferry_notices_total", {{"destination", "siem"}, {"kind", "gap"}}) == 0);
    CHECK(exposition.value("tapferry_records_left_out_total",
                           {{"destination", "siem"}, {"reason", "bailiwick"}}) == 21);
    const auto requeued = [&](const char* outcome) {
        return exposition.value("tapferry_records_requeued_total",
                                {{"destination", "siem"}, {"outcome", outcome}});
    };
    CHECK(requeued("delivered") == 41);
    CHECK(requeued("refused") == 42);
    const auto dropped = [&](const char* reason) {
        return exposition.value("tapferry_dead_letters_dropped_total",
                                {{"destination", "siem"}, {"reason", reason}});
    };
    CHECK(dropped("limit") == 43);
    CHECK(dropped("purge") == 44);
    CHECK(dropped("disk") == 45);
    CHECK(shortened("answers") == 12);
    CHECK(shortened("others") == 1);
    CHECK(shortened("name") == 0);
    const auto lost = [&](const char* reason) {
        return exposition.value("tapferry_spool_frames_lost_total",
                                {{"destination", "siem"}, {"reason", reason}});
    };
    CHECK(lost("retention") == 10);
    CHECK(lost("damage") == 0);
    CHECK(lost("power") == 0);
}

TEST_CASE("counters begin at nothing with each process, though the route's totals go on") {
    AgentStatus status = sound_status();
    status.routes.front().at_start = status.routes.front().saved.totals;
    Exposition exposition = read_exposition(metrics_text(status));
    for (const auto name : {"tapferry_route_frames_read_total", "tapferry_events_delivered_total",
                            "tapferry_records_repeated_total", "tapferry_events_dead_lettered_total"})
        CHECK(exposition.value(name, siem) == 0);
    status.routes.front().saved.totals.delivered += 5;
    exposition = read_exposition(metrics_text(status));
    CHECK(exposition.value("tapferry_events_delivered_total", siem) == 5);
}

TEST_CASE("the histogram's buckets add up from the shortest to all") {
    const Exposition exposition = read_exposition(metrics_text(sound_status()));
    double before = 0;
    std::size_t buckets = 0;
    for (const auto& sample : exposition.samples) {
        if (sample.name != "tapferry_delivery_seconds_bucket") continue;
        CHECK(sample.value >= before);
        before = sample.value;
        ++buckets;
    }
    CHECK(buckets == delivery_seconds_bounds.size() + 1);
    CHECK(exposition.value("tapferry_delivery_seconds_bucket", {{"destination", "siem"}, {"le", "0.005"}}) ==
          4);
    CHECK(exposition.value("tapferry_delivery_seconds_bucket", {{"destination", "siem"}, {"le", "+Inf"}}) ==
          5);
    CHECK(exposition.value("tapferry_delivery_seconds_count", siem) == 5);
    CHECK(exposition.value("tapferry_delivery_seconds_sum", siem) == 12.5);
}

TEST_CASE("the sums of the ledger can be done from the metrics alone") {
    const Exposition exposition = read_exposition(metrics_text(sound_status()));
    const auto of_siem = [&](std::string_view name) { return exposition.value(name, siem); };
    CHECK(of_siem("tapferry_route_frames_read_total") ==
          of_siem("tapferry_route_undecodable_total") + of_siem("tapferry_route_filtered_total") +
              of_siem("tapferry_events_paired_total") + of_siem("tapferry_events_open") +
              of_siem("tapferry_events_rendered_total"));
    CHECK(of_siem("tapferry_events_rendered_total") ==
          of_siem("tapferry_events_delivered_total") + of_siem("tapferry_events_dead_lettered_total"));
}

TEST_CASE("an agent with no input and no route yet has metrics that can be read") {
    const Exposition exposition = read_exposition(metrics_text(AgentStatus{}));
    CHECK(exposition.value("tapferry_frames_appended_total") == 0);
}

TEST_CASE("large counters are exact") {
    AgentStatus status = sound_status();
    status.inputs.front().received = 9'007'199'254'740'991;  // 2^53 - 1
    const Exposition exposition = read_exposition(metrics_text(status));
    CHECK(exposition.value("tapferry_frames_received_total", input) == 9'007'199'254'740'991.0);
}

}  // namespace
}  // namespace tapferry
