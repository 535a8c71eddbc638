#include <rapidjson/document.h>

#include <algorithm>
#include <cstdio>
#include <stdexcept>
#include <vector>

#include "agent/admin/status_json.h"

namespace tapferry {

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

std::string printable(std::string_view text) {
    std::string shown(text);
    std::replace_if(
        shown.begin(), shown.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
    return shown;
}

std::string cell(const rapidjson::Value& object, const char* key) {
    const auto found = object.FindMember(key);
    if (found == object.MemberEnd()) return "";
    if (found->value.IsUint64()) return std::to_string(found->value.GetUint64());
    if (!found->value.IsString()) return "";
    return printable({found->value.GetString(), found->value.GetStringLength()});
}

// What will not get better by itself is no mere retrying.
std::string state_of(const rapidjson::Value& route) {
    const auto found = route.FindMember("needs_a_person");
    const bool hopeless = found != route.MemberEnd() && found->value.IsTrue();
    const std::string state = cell(route, "state");
    return hopeless && state == "retrying" ? "needs a person" : state;
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

// "1 to 400, 900 to 1200": what is delivered later.
std::string late_of(const rapidjson::Value& route) {
    std::string text;
    const auto found = route.FindMember("late");
    if (found == route.MemberEnd() || !found->value.IsArray()) return text;
    for (const auto& stretch : found->value.GetArray())
        if (stretch.IsObject())
            text += (text.empty() ? "" : ", ") + cell(stretch, "position") + " to " + cell(stretch, "to");
    return text.empty() ? text : text + " (not included)";
}

// What a destination lacks, a line each.
std::string troubles_of(const rapidjson::Value& route) {
    std::string text;
    const auto tell = [&](const char* before, const std::string& what) {
        if (!what.empty()) text += cell(route, "name") + ": " + before + what + "\n";
    };
    tell("", cell(route, "words"));
    tell("goes later, after what comes: frames ", late_of(route));
    tell("records shortened, by what they lack: ", parts_of(route, "shortened"));
    tell("records of answers left out, by reason: ", parts_of(route, "left_out"));
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
        routes.push_back({cell(route, "name"), state_of(route), cell(route, "pending"), cell(route, "read"),
                          cell(route, "undecodable"), cell(route, "filtered"), cell(route, "paired"),
                          cell(route, "open"), cell(route, "delivered"), cell(route, "dead_lettered"),
                          cell(route, "in_flight"), cell(route, "repeated"),
                          std::to_string(sum_of(route, "lost")), even ? "even" : "WRONG"});
        troubles += troubles_of(route);
    }
    const auto& spool = document["spool"];
    return render(inputs) + "\n" + render(routes) + (troubles.empty() ? "" : "\n" + troubles) +
           "\nspool: frames " + cell(spool, "begin") + " to " + cell(spool, "end") + " (not included), " +
           cell(spool, "bytes") + " bytes; tapferry " + cell(document, "version") + ", incarnation " +
           cell(document, "incarnation") + "\n";
}

namespace {

double number_in(const rapidjson::Value& object, const char* key) {
    const auto found = object.FindMember(key);
    const bool sound = found != object.MemberEnd() && found->value.IsNumber();
    return sound ? std::clamp(found->value.GetDouble(), 0.0, 1e18) : 0;
}

// "12.5", or "1234" where the fraction would say nothing.
std::string rounded(double value) {
    char text[32];
    std::snprintf(text, sizeof text, value < 100 ? "%.1f" : "%.0f", value);
    return text;
}

std::string size_text(double bytes) {
    const char* const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    std::size_t unit = 0;
    while (bytes >= 1024 && unit + 1 < std::size(units)) {
        bytes /= 1024;
        ++unit;
    }
    return (unit == 0 ? std::to_string(static_cast<int>(bytes)) : rounded(bytes)) + " " + units[unit];
}

std::string duration_text(double seconds) {
    const auto whole = static_cast<std::uint64_t>(seconds);
    if (whole < 120) return std::to_string(whole) + " s";
    if (whole < 2 * 3600) return std::to_string(whole / 60) + " min";
    if (whole < 2 * 86400)
        return std::to_string(whole / 3600) + " h " + std::to_string(whole / 60 % 60) + " min";
    return std::to_string(whole / 86400) + " days";
}

std::string spool_line(const rapidjson::Value& spool) {
    std::string line = "spool: " + size_text(number_in(spool, "bytes")) + " of " +
                       size_text(number_in(spool, "max_bytes")) + ", " + rounded(number_in(spool, "rate")) +
                       " frames/s come";
    if (spool.HasMember("lasts_seconds"))
        line += "; without deliveries it lasts " + duration_text(number_in(spool, "lasts_seconds"));
    return line + "\n";
}

// Each line at most that wide.
std::string cut_lines(const std::string& text, std::size_t width) {
    std::string cut;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        cut += text.substr(at, std::min(end - at, width)) + "\n";
        at = end + 1;
    }
    return cut;
}

}  // namespace

std::string status_screen(std::string_view json, std::size_t width) {
    const auto document = parse(json);
    std::vector<Row> inputs{{"input", "received", "a second", "rejected", "in ring", "connections"}};
    for (const auto& input : document["inputs"].GetArray())
        inputs.push_back({cell(input, "name"), cell(input, "received"), rounded(number_in(input, "rate")),
                          std::to_string(sum_of(input, "rejected")), cell(input, "in_ring"),
                          cell(input, "connections")});
    std::vector<Row> routes{{"destination", "state", "behind", "bytes", "time", "a second", "delivered",
                             "dead", "lost", "balance"}};
    std::string troubles;
    for (const auto& route : document["destinations"].GetArray()) {
        const bool even = route.HasMember("balanced") && route["balanced"].IsTrue();
        routes.push_back({cell(route, "name"), state_of(route), cell(route, "pending"),
                          size_text(number_in(route, "lag_bytes")),
                          duration_text(number_in(route, "lag_seconds")), rounded(number_in(route, "rate")),
                          cell(route, "delivered"), cell(route, "dead_lettered"),
                          std::to_string(sum_of(route, "lost")), even ? "even" : "WRONG"});
        troubles += troubles_of(route);
    }
    const std::string ledger =
        status_balances(json) ? "ledger: even\n" : "ledger: WRONG, the sums do not add up\n";
    return cut_lines(render(inputs) + "\n" + render(routes) + "\n" + spool_line(document["spool"]) + ledger +
                         (troubles.empty() ? "" : "\n" + troubles),
                     width);
}

bool status_balances(std::string_view json) {
    const auto document = parse(json);
    const auto found = document.FindMember("balanced");
    return found != document.MemberEnd() && found->value.IsTrue();
}

}  // namespace tapferry
