#include "agent/admin/status_json.h"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "agent/version.h"
#include "proto/dns_text.h"

namespace tapferry {

namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

constexpr std::array<const char*, 4> state_names{"idle", "delivering", "retrying", "stopped"};

void put(Writer& out, const char* key, std::uint64_t value) {
    out.Key(key);
    out.Uint64(value);
}

void put(Writer& out, const char* key, const std::string& value) {
    out.Key(key);
    out.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
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
    out.EndObject();
}

void put_route(Writer& out, const RouteStatus& route, Position end) {
    const RouteTotals& totals = route.saved.totals;
    out.StartObject();
    put(out, "name", route.name);
    put(out, "state", std::string{state_names[static_cast<std::size_t>(route.state)]});
    put(out, "words", printable(route.words));
    put(out, "failing_since", static_cast<std::uint64_t>(route.failing_since));
    put(out, "start", number(route.saved.start));
    put(out, "position", number(route.saved.position));
    put(out, "pending", route.pending);
    put(out, "read", totals.read);
    put(out, "undecodable", totals.undecodable);
    put(out, "filtered", totals.filtered);
    put(out, "paired", totals.paired);
    put(out, "open", route.saved.open);
    put(out, "rendered", totals.rendered);
    put(out, "delivered", totals.delivered);
    put(out, "dead_lettered", totals.dead_lettered);
    put(out, "in_flight", route.in_flight);
    put(out, "records", totals.records);
    put(out, "repeated", totals.repeated);
    out.Key("lost");
    out.StartObject();
    for (std::size_t i = 0; i < totals.lost.size(); ++i)
        put(out, loss_reason_name(static_cast<LossReason>(i)).data(), totals.lost[i]);
    out.EndObject();
    out.Key("shortened");
    out.StartObject();
    for (std::size_t i = 0; i < cut_field_count; ++i) put(out, cut_field_names[i].data(), route.cuts[i]);
    out.EndObject();
    out.Key("left_out");
    out.StartObject();
    put(out, "bailiwick", route.left_out);
    out.EndObject();
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
    out.EndObject();
    out.Key("inputs");
    out.StartArray();
    for (const auto& input : status.inputs) put_input(out, input);
    out.EndArray();
    out.Key("destinations");
    out.StartArray();
    bool all_balanced = status.intake_balanced;
    for (const auto& route : status.routes) {
        put_route(out, route, status.end);
        all_balanced = all_balanced && balanced(route, status.end);
    }
    out.EndArray();
    out.Key("balanced");
    out.Bool(all_balanced);
    out.EndObject();
    return {text.GetString(), text.GetSize()};
}

namespace {

using Row = std::vector<std::string>;

bool is_list_of_objects(const rapidjson::Document& document, const char* key) {
    const auto found = document.FindMember(key);
    if (found == document.MemberEnd() || !found->value.IsArray()) return false;
    return std::all_of(found->value.Begin(), found->value.End(),
                       [](const auto& one) { return one.IsObject(); });
}

// The answer may come from anybody who listens at that address.
rapidjson::Document parse(std::string_view json) {
    rapidjson::Document document;
    document.Parse<rapidjson::kParseIterativeFlag>(json.data(), json.size());
    if (document.HasParseError() || !document.IsObject() || !is_list_of_objects(document, "inputs") ||
        !is_list_of_objects(document, "destinations") || !document.HasMember("spool") ||
        !document["spool"].IsObject())
        throw std::runtime_error("the answer is not a status");
    return document;
}

std::string cell(const rapidjson::Value& object, const char* key) {
    const auto found = object.FindMember(key);
    if (found == object.MemberEnd()) return "";
    if (found->value.IsUint64()) return std::to_string(found->value.GetUint64());
    if (!found->value.IsString()) return "";
    std::string text(found->value.GetString(), found->value.GetStringLength());
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
    return text;
}

std::uint64_t sum_of(const rapidjson::Value& object, const char* key) {
    std::uint64_t sum = 0;
    const auto found = object.FindMember(key);
    if (found != object.MemberEnd() && found->value.IsObject())
        for (const auto& member : found->value.GetObject())
            sum += member.value.IsUint64() ? member.value.GetUint64() : 0;
    return sum;
}

// "answers 3, flags 1": what is above 0.
std::string parts_of(const rapidjson::Value& object, const char* key) {
    std::string text;
    const auto found = object.FindMember(key);
    if (found == object.MemberEnd() || !found->value.IsObject()) return text;
    for (const auto& member : found->value.GetObject())
        if (const std::string number = cell(found->value, member.name.GetString());
            member.value.IsUint64() && number != "0")
            text += (text.empty() ? "" : ", ") +
                    printable({member.name.GetString(), member.name.GetStringLength()}) + " " + number;
    return text;
}

// Columns as wide as their widest cell; the first to the left, numbers to the right.
std::string render(const std::vector<Row>& rows) {
    std::vector<std::size_t> widths;
    for (const auto& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (widths.size() <= i) widths.push_back(0);
            widths[i] = std::max(widths[i], row[i].size());
        }
    std::string text;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string pad(widths[i] - row[i].size(), ' ');
            line += (i == 0 ? "" : "  ");
            line += i == 0 ? row[i] + pad : pad + row[i];
        }
        while (!line.empty() && line.back() == ' ') line.pop_back();
        text += line + "\n";
    }
    return text;
}

}  // namespace

std::string status_table(std::string_view json) {
    const auto document = parse(json);
    std::vector<Row> inputs{{"input", "received", "appended", "rejected", "in ring", "connections"}};
    for (const auto& input : document["inputs"].GetArray())
        inputs.push_back({cell(input, "name"), cell(input, "received"), cell(input, "appended"),
                          std::to_string(sum_of(input, "rejected")), cell(input, "in_ring"),
                          cell(input, "connections")});
    std::vector<Row> routes{{"destination", "state", "pending", "read", "undecodable", "filtered", "paired",
                             "open", "delivered", "dead", "in flight", "repeated", "lost", "balance"}};
    std::string troubles;
    for (const auto& route : document["destinations"].GetArray()) {
        const bool even = route.HasMember("balanced") && route["balanced"].IsTrue();
        routes.push_back({cell(route, "name"), cell(route, "state"), cell(route, "pending"),
                          cell(route, "read"), cell(route, "undecodable"), cell(route, "filtered"),
                          cell(route, "paired"), cell(route, "open"), cell(route, "delivered"),
                          cell(route, "dead_lettered"), cell(route, "in_flight"), cell(route, "repeated"),
                          std::to_string(sum_of(route, "lost")), even ? "even" : "WRONG"});
        if (const auto words = cell(route, "words"); !words.empty())
            troubles += cell(route, "name") + ": " + words + "\n";
        if (const auto cut = parts_of(route, "shortened"); !cut.empty())
            troubles += cell(route, "name") + ": records shortened, by what they lack: " + cut + "\n";
        if (const auto left_out = parts_of(route, "left_out"); !left_out.empty())
            troubles += cell(route, "name") + ": records of answers left out, by reason: " + left_out + "\n";
    }
    const auto& spool = document["spool"];
    return render(inputs) + "\n" + render(routes) + (troubles.empty() ? "" : "\n" + troubles) +
           "\nspool: frames " + cell(spool, "begin") + " to " + cell(spool, "end") + " (not included), " +
           cell(spool, "bytes") + " bytes; tapferry " + cell(document, "version") + ", incarnation " +
           cell(document, "incarnation") + "\n";
}

bool status_balances(std::string_view json) {
    const auto document = parse(json);
    const auto found = document.FindMember("balanced");
    return found != document.MemberEnd() && found->value.IsTrue();
}

}  // namespace tapferry
