#include "agent/admin/status_json.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <cmath>

#include "agent/version.h"
#include "encoders/notice_facts.h"
#include "proto/dns_text.h"

namespace tapferry {

namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

constexpr std::array<const char*, 5> state_names{"idle", "delivering", "retrying", "stopped", "held"};

void put(Writer& out, const char* key, std::uint64_t value) {
    out.Key(key);
    out.Uint64(value);
}

void put(Writer& out, const char* key, const std::string& value) {
    out.Key(key);
    out.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

// A second, or seconds: more digits than one would say nothing.
void put_rate(Writer& out, const char* key, double value) {
    out.Key(key);
    out.Double(std::round(value * 10) / 10);
}

// The far side's words may hold any bytes, and JSON is UTF-8.
std::string printable(std::string_view words) {
    TextBuffer text;
    append_opaque(text, words);
    return std::string{text.view()};
}

void put_input(Writer& out, const InputStatus& input) {
    out.StartObject();
    put(out, "name", input.name);
    put(out, "received", input.received);
    put(out, "appended", input.appended);
    out.Key("rejected");
    out.StartObject();
    for (std::size_t i = 0; i < input.rejected.size(); ++i)
        put(out, frame_rejection_names[i], input.rejected[i]);
    out.EndObject();
    put(out, "in_ring", input.in_ring());
    put(out, "connections", input.connections);
    out.Key("connections_rejected");
    out.StartObject();
    for (std::size_t i = 0; i < input.connections_rejected.size(); ++i)
        put(out, connection_rejection_names[i], input.connections_rejected[i]);
    out.EndObject();
    put(out, "last_frame", input.last_frame_seconds);
    put_rate(out, "rate", input.rate);
    out.EndObject();
}

// What is delivered later, in order; `to` is not included.
void put_late(Writer& out, const std::vector<LateStretch>& late) {
    out.Key("late");
    out.StartArray();
    for (const LateStretch& stretch : late) {
        out.StartObject();
        put(out, "position", number(stretch.position));
        put(out, "to", number(stretch.to));
        out.EndObject();
    }
    out.EndArray();
}

void put_route(Writer& out, const AgentStatus& status, const RouteStatus& route) {
    const Position end = status.end;
    const RouteTotals& totals = route.saved.totals;
    out.StartObject();
    put(out, "name", route.name);
    put(out, "state", std::string{state_names[static_cast<std::size_t>(route.state)]});
    put(out, "words", printable(route.words));
    out.Key("needs_a_person");
    out.Bool(route.needs_a_person);
    put(out, "failing_since", static_cast<std::uint64_t>(route.failing_since));
    put(out, "start", number(route.saved.start));
    put(out, "position", number(route.saved.position));
    put(out, "pending", route.pending);
    put(out, "read", totals.read);
    put(out, "undecodable", totals.undecodable);
    put(out, "filtered", totals.filtered);
    put(out, "paired", totals.paired);
    put(out, "open", all_open(route.saved));
    put(out, "rendered", totals.rendered);
    put(out, "delivered", totals.delivered);
    put(out, "dead_lettered", totals.dead_lettered);
    put(out, "in_flight", route.in_flight);
    put(out, "records", totals.records);
    put(out, "repeated", totals.repeated);
    put_late(out, route.saved.late);
    out.Key("lost");
    out.StartObject();
    for (std::size_t i = 0; i < totals.lost.size(); ++i)
        put(out, loss_reason_name(static_cast<LossReason>(i)).data(), lost_of(route, i));
    out.EndObject();
    out.Key("shortened");
    out.StartObject();
    for (std::size_t i = 0; i < cut_field_count; ++i) put(out, cut_field_names[i].data(), route.cuts[i]);
    out.EndObject();
    out.Key("left_out");
    out.StartObject();
    put(out, "bailiwick", route.left_out);
    out.EndObject();
    out.Key("dead_letters");
    out.StartObject();
    put(out, "redelivered", route.letters.redelivered);
    put(out, "refused_again", route.letters.refused_again);
    put(out, "dropped", route.letters.dropped);
    put(out, "purged", route.letters.purged);
    put(out, "not_kept", route.letters.not_kept);
    out.EndObject();
    out.Key("notices");
    out.StartObject();
    for (std::size_t i = 0; i < route.notices.size(); ++i)
        put(out, notice_name(static_cast<NoticeKind>(i)).data(), route.notices[i]);
    out.EndObject();
    put(out, "lag_bytes", status.lag_bytes(route));
    put_rate(out, "rate", route.rate);
    out.Key("lag_seconds");
    out.Double(route.lag_seconds);
    out.Key("balanced");
    out.Bool(balanced(route, end));
    out.EndObject();
}

std::string incarnation_text(std::uint64_t incarnation) {
    TextBuffer text;
    append_event_id(text, {incarnation, 0});
    return std::string{text.view().substr(0, 16)};
}

}  // namespace

std::string status_json(const AgentStatus& status) {
    rapidjson::StringBuffer text;
    Writer out(text);
    out.StartObject();
    put(out, "version", std::string{version});
    put(out, "incarnation", incarnation_text(status.incarnation));
    out.Key("spool");
    out.StartObject();
    put(out, "begin", number(status.begin));
    put(out, "end", number(status.end));
    put(out, "bytes", status.spool_bytes);
    put(out, "max_bytes", status.spool_max_bytes);
    put_rate(out, "rate", status.rate);
    if (const auto lasts = status.lasts_seconds()) put_rate(out, "lasts_seconds", *lasts);
    out.EndObject();
    put(out, "notices", status.notices);
    out.Key("inputs");
    out.StartArray();
    for (const auto& input : status.inputs) put_input(out, input);
    out.EndArray();
    out.Key("destinations");
    out.StartArray();
    bool all_balanced = status.intake_balanced;
    for (const auto& route : status.routes) {
        put_route(out, status, route);
        all_balanced = all_balanced && balanced(route, status.end);
    }
    out.EndArray();
    out.Key("balanced");
    out.Bool(all_balanced);
    out.EndObject();
    return {text.GetString(), text.GetSize()};
}

}  // namespace tapferry
