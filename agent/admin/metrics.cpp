#include "agent/admin/metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <sstream>
#include <utility>
#include <vector>

#include "agent/version.h"
#include "encoders/notice_facts.h"

namespace tapferry {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using LabelList = std::initializer_list<std::pair<const char*, std::string>>;

constexpr std::array<const char*, verdict_count> verdict_names{"sent",    "accepted", "retry",
                                                               "refused", "too_big",  "misconfigured"};

class Family {
  public:
    Family(const char* name, const char* help, MetricType type) {
        family_.name = name;
        family_.help = help;
        family_.type = type;
    }
    ClientMetric& add(LabelList labels) {
        ClientMetric& metric = family_.metric.emplace_back();
        for (const auto& [name, value] : labels) metric.label.push_back({name, value});
        return metric;
    }
    void count(LabelList labels, std::uint64_t value) {
        add(labels).counter.value = static_cast<double>(value);
    }
    void gauge(LabelList labels, double value) { add(labels).gauge.value = value; }
    MetricFamily take() { return std::move(family_); }

  private:
    MetricFamily family_;
};

using Families = std::vector<MetricFamily>;

void add_inputs(const AgentStatus& status, Families& out) {
    Family received("tapferry_frames_received_total", "Frames read from an input.", MetricType::Counter);
    Family rejected("tapferry_frames_rejected_total", "Frames that did not reach the spool.",
                    MetricType::Counter);
    Family refused("tapferry_connections_rejected_total", "Connections closed for what they sent.",
                   MetricType::Counter);
    Family appended("tapferry_frames_appended_total", "Frames written to the spool.", MetricType::Counter);
    Family connections("tapferry_input_connections", "Connections open now.", MetricType::Gauge);
    std::uint64_t all_appended = 0;
    for (const auto& input : status.inputs) {
        received.count({{"input", input.name}}, input.received);
        for (std::size_t i = 0; i < input.rejected.size(); ++i)
            rejected.count({{"input", input.name}, {"reason", frame_rejection_names[i]}}, input.rejected[i]);
        for (std::size_t i = 0; i < input.connections_rejected.size(); ++i)
            refused.count({{"input", input.name}, {"reason", connection_rejection_names[i]}},
                          input.connections_rejected[i]);
        connections.gauge({{"input", input.name}}, static_cast<double>(input.connections));
        all_appended += input.appended;
    }
    appended.count({}, all_appended);
    for (Family* family : {&received, &rejected, &refused, &appended, &connections})
        out.push_back(family->take());
}

void add_counter(const AgentStatus& status, const char* name, const char* help,
                 std::uint64_t RouteTotals::*field, Families& out) {
    Family family(name, help, MetricType::Counter);
    for (const auto& route : status.routes)
        family.count({{"destination", route.name}},
                     route.saved.totals.*field - std::min(route.saved.totals.*field, route.at_start.*field));
    out.push_back(family.take());
}

void add_totals(const AgentStatus& status, Families& out) {
    add_counter(status, "tapferry_route_frames_read_total", "Frames read from the spool.", &RouteTotals::read,
                out);
    add_counter(status, "tapferry_route_undecodable_total", "Frames that no event could be made of.",
                &RouteTotals::undecodable, out);
    add_counter(status, "tapferry_route_filtered_total", "Events that the destination does not want.",
                &RouteTotals::filtered, out);
    add_counter(status, "tapferry_events_paired_total", "Queries told with their response.",
                &RouteTotals::paired, out);
    add_counter(status, "tapferry_events_rendered_total", "Events rendered.", &RouteTotals::rendered, out);
    add_counter(status, "tapferry_events_delivered_total", "Events all of whose records were accepted.",
                &RouteTotals::delivered, out);
    add_counter(status, "tapferry_events_dead_lettered_total", "Events that the destination refused.",
                &RouteTotals::dead_lettered, out);
    add_counter(status, "tapferry_records_delivered_total", "Records accepted.", &RouteTotals::records, out);
    add_counter(status, "tapferry_records_repeated_total", "Records sent again.", &RouteTotals::repeated,
                out);
    Family dead("tapferry_records_dead_lettered_total", "Records that the destination refused.",
                MetricType::Counter);
    for (const auto& route : status.routes) dead.count({{"destination", route.name}}, route.dead_records);
    out.push_back(dead.take());
    Family odd(
        "tapferry_route_odd_fields_total",
        "Times before 2000 or over a day ahead, and addresses of a wrong size, left out of events read.",
        MetricType::Counter);
    for (const auto& route : status.routes) {
        odd.count({{"destination", route.name}, {"field", "time"}}, route.odd_events.times);
        odd.count({{"destination", route.name}, {"field", "address"}}, route.odd_events.addresses);
    }
    out.push_back(odd.take());
    Family shortened(
        "tapferry_records_shortened_total",
        "Records, and events of rows, that lack some or all of a field, so as not to be too long.",
        MetricType::Counter);
    for (const auto& route : status.routes)
        for (std::size_t i = 0; i < cut_field_count; ++i)
            shortened.count({{"destination", route.name}, {"field", std::string{cut_field_names[i]}}},
                            route.cuts[i]);
    out.push_back(shortened.take());
    Family left_out("tapferry_records_left_out_total",
                    "Records of answers that the server asked has no say in, left out of passive DNS.",
                    MetricType::Counter);
    for (const auto& route : status.routes)
        left_out.count({{"destination", route.name}, {"reason", "bailiwick"}}, route.left_out);
    out.push_back(left_out.take());
    Family notices("tapferry_notices_total", "Notices told, by what they tell.", MetricType::Counter);
    for (const auto& route : status.routes)
        for (std::size_t i = 0; i < route.notices.size(); ++i)
            notices.count(
                {{"destination", route.name}, {"kind", std::string{notice_name(static_cast<NoticeKind>(i))}}},
                route.notices[i]);
    out.push_back(notices.take());
    Family lost("tapferry_spool_frames_lost_total", "Frames that were gone before the destination had them.",
                MetricType::Counter);
    for (const auto& route : status.routes)
        for (std::size_t i = 0; i < loss_reason_count; ++i)
            lost.count({{"destination", route.name},
                        {"reason", std::string{loss_reason_name(static_cast<LossReason>(i))}}},
                       lost_of(route, i) - route.at_start.lost[i]);
    out.push_back(lost.take());
}

void add_letters(const AgentStatus& status, Families& out) {
    Family requeued("tapferry_records_requeued_total",
                    "Records that were dead letters and were sent again, by what became of them.",
                    MetricType::Counter);
    Family dropped("tapferry_dead_letters_dropped_total",
                   "Dead letters that are gone: newer ones needed their room, somebody purged them, or the "
                   "disk did not take them.",
                   MetricType::Counter);
    for (const auto& route : status.routes) {
        requeued.count({{"destination", route.name}, {"outcome", "delivered"}}, route.letters.redelivered);
        requeued.count({{"destination", route.name}, {"outcome", "refused"}}, route.letters.refused_again);
        dropped.count({{"destination", route.name}, {"reason", "limit"}}, route.letters.dropped);
        dropped.count({{"destination", route.name}, {"reason", "purge"}}, route.letters.purged);
        dropped.count({{"destination", route.name}, {"reason", "disk"}}, route.letters.not_kept);
    }
    out.push_back(requeued.take());
    out.push_back(dropped.take());
}

void add_deliveries(const AgentStatus& status, Families& out) {
    Family deliveries("tapferry_deliveries_total", "Batches by what the transport said of them.",
                      MetricType::Counter);
    Family seconds("tapferry_delivery_seconds", "From handing a batch over to its being accepted.",
                   MetricType::Histogram);
    for (const auto& route : status.routes) {
        for (std::size_t i = 0; i < verdict_names.size(); ++i)
            deliveries.count({{"destination", route.name}, {"verdict", verdict_names[i]}},
                             route.deliveries[i]);
        auto& histogram = seconds.add({{"destination", route.name}}).histogram;
        std::uint64_t cumulative = 0;
        for (std::size_t i = 0; i < route.delivery_seconds.buckets.size(); ++i) {
            cumulative += route.delivery_seconds.buckets[i];
            ClientMetric::Bucket bucket;
            bucket.cumulative_count = cumulative;
            bucket.upper_bound = i < delivery_seconds_bounds.size() ? delivery_seconds_bounds[i]
                                                                    : std::numeric_limits<double>::infinity();
            histogram.bucket.push_back(bucket);
        }
        histogram.sample_count = cumulative;
        histogram.sample_sum = route.delivery_seconds.sum;
    }
    out.push_back(deliveries.take());
    out.push_back(seconds.take());
}

void add_gauges(const AgentStatus& status, Families& out) {
    Family spool("tapferry_spool_bytes", "Bytes of all segments of the spool.", MetricType::Gauge);
    spool.gauge({}, static_cast<double>(status.spool_bytes));
    Family pending("tapferry_route_pending_frames", "Frames not yet settled.", MetricType::Gauge);
    Family lag("tapferry_route_lag_seconds", "Age of the oldest frame that is not settled.",
               MetricType::Gauge);
    Family in_flight("tapferry_events_in_flight", "Events handed over and not yet settled.",
                     MetricType::Gauge);
    Family open("tapferry_events_open", "Queries that wait for their response.", MetricType::Gauge);
    for (const auto& route : status.routes) {
        open.gauge({{"destination", route.name}}, static_cast<double>(all_open(route.saved)));
        pending.gauge({{"destination", route.name}}, static_cast<double>(route.pending));
        lag.gauge({{"destination", route.name}}, route.lag_seconds);
        in_flight.gauge({{"destination", route.name}}, static_cast<double>(route.in_flight));
    }
    Family build("tapferry_build_info", "Always 1.", MetricType::Gauge);
    build.gauge({{"version", std::string{version}}}, 1);
    for (Family* family : {&spool, &pending, &lag, &in_flight, &open, &build}) out.push_back(family->take());
}

}  // namespace

std::string metrics_text(const AgentStatus& status) {
    Families families;
    add_inputs(status, families);
    add_totals(status, families);
    add_letters(status, families);
    add_deliveries(status, families);
    add_gauges(status, families);
    std::ostringstream text;
    prometheus::TextSerializer{}.Serialize(text, families);
    return text.str();
}

}  // namespace tapferry
