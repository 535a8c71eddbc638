#include "agent/commands/stats/statistics.h"

#include <algorithm>

#include "encoders/event_facts.h"
#include "proto/dns_text.h"

namespace tapferry {

template <typename Append>
void CaptureStatistics::count(TopTable& table, Append append) {
    text_.clear();
    append(text_);
    if (!text_.empty()) table.add(text_.view());
}

void CaptureStatistics::add(const Event& event) {
    ++events_;
    count(tables_.types, [&](TextBuffer& out) { append_message_type(out, event); });
    count(tables_.protocols, [&](TextBuffer& out) { out.append(socket_protocol_name(event.protocol)); });
    count(tables_.servers, [&](TextBuffer& out) { append_opaque(out, event.identity); });
    add_question(event);
    add_peers(event);
    if (event.has_message) add_message(event);
    add_times(event);
}

void CaptureStatistics::add_question(const Event& event) {
    const bool failed = has_rcode(event) && event.dns.rcode != 0;
    if (event.has_question) count(tables_.qtypes, [&](TextBuffer& out) { append_type(out, event.qtype); });
    if (!event.registered_domain.empty()) tables_.domains.add(event.registered_domain);
    if (event.qname.empty()) return;
    tables_.names.add(event.qname);
    if (failed) tables_.failing_names.add(event.qname);
}

void CaptureStatistics::add_peers(const Event& event) {
    const bool upstream = goes_upstream(event.type);
    const IpAddress& address = upstream ? event.response.address : event.query.address;
    count(upstream ? tables_.upstreams : tables_.clients,
          [&](TextBuffer& out) { append_address(out, address); });
}

void CaptureStatistics::add_message(const Event& event) {
    (event.is_response ? response_sizes_ : query_sizes_).add(event.dns.wire.size());
    if (event.dns.malformed != nullptr) tables_.malformed.add(event.dns.malformed);
    if (event.dns.has_edns) ++edns_;
    if (event.dns.has_edns && event.dns.edns.dnssec_ok) ++dnssec_ok_;
    if (!has_rcode(event)) return;
    ++responses_;
    if (event.dns.rcode != 0) ++failures_;
    if (event.dns.tc()) ++truncated_;
    count(tables_.rcodes, [&](TextBuffer& out) { append_rcode(out, event.dns.rcode); });
}

void CaptureStatistics::add_times(const Event& event) {
    if (event.time_source == TimeSource::agent) {
        ++without_time_;
        return;
    }
    first_ = first_ ? std::min(*first_, event.time) : event.time;
    last_ = last_ ? std::max(*last_, event.time) : event.time;
    timeline_.add(event.time, timeline_series_of(event));
    if (const auto nanoseconds = measured_latency(event)) {
        latency_[static_cast<std::size_t>(event.type)].add(*nanoseconds);
        all_latency_.add(*nanoseconds);
    }
}

}  // namespace tapferry
