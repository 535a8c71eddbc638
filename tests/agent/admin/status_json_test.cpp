#include "agent/admin/status_json.h"

#include <algorithm>
#include <stdexcept>

#include "tests/agent/admin/agent_status.h"
#include "tests/agent/json_lines.h"

namespace tapferry {
namespace {

using namespace test;

std::uint64_t sum(const rapidjson::Value& object) {
    std::uint64_t all = 0;
    for (const auto& member : object.GetObject()) all += member.value.GetUint64();
    return all;
}

// ASCII without controls, in lines.
bool is_printable(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return (c >= 0x20 && c <= 0x7e) || c == '\n'; });
}

TEST_CASE("the sums of an input and of a destination can be done from the status") {
    const auto status = read_json(status_json(sound_status()));
    const auto& input = status["inputs"][0];
    CHECK(input["received"].GetUint64() ==
          input["appended"].GetUint64() + sum(input["rejected"]) + input["in_ring"].GetUint64());
    const auto& route = status["destinations"][0];
    const auto number_of = [&](const char* key) { return route[key].GetUint64(); };
    CHECK(number_of("read") == number_of("undecodable") + number_of("filtered") + number_of("paired") +
                                   number_of("open") + number_of("rendered"));
    CHECK(number_of("rendered") == number_of("delivered") + number_of("dead_lettered"));
    CHECK(number_of("position") == number_of("start") + number_of("read") + sum(route["lost"]));
    CHECK(status["spool"]["end"].GetUint64() == number_of("position") + number_of("pending"));
    CHECK(route["shortened"]["answers"].GetUint64() == 12);
    CHECK(sum(route["shortened"]) == 13);
    CHECK(route["left_out"]["bailiwick"].GetUint64() == 21);
    CHECK(route["dead_letters"]["redelivered"].GetUint64() == 41);
    CHECK(route["dead_letters"]["refused_again"].GetUint64() == 42);
    CHECK(route["dead_letters"]["dropped"].GetUint64() == 43);
    CHECK(route["dead_letters"]["purged"].GetUint64() == 44);
    CHECK(route["dead_letters"]["not_kept"].GetUint64() == 45);
    CHECK(route["notices"]["ledger"].GetUint64() == 31);
    CHECK(route["notices"]["gap"].GetUint64() == 0);
    CHECK(route["balanced"].GetBool());
    CHECK(status["balanced"].GetBool());
}

TEST_CASE("the status names the version, the incarnation and each state") {
    const char* names[] = {"idle", "delivering", "retrying", "stopped"};
    for (std::size_t i = 0; i < 4; ++i) {
        AgentStatus one = sound_status();
        one.routes.front().state = static_cast<RouteStatus::State>(i);
        const auto status = read_json(status_json(one));
        CHECK(status["destinations"][0]["state"].GetString() == std::string(names[i]));
        CHECK(status["incarnation"].GetString() == std::string("0123456789abcdef"));
        CHECK(status["version"].GetStringLength() > 0);
    }
}

TEST_CASE("one route that does not balance makes the whole unbalanced") {
    AgentStatus status = sound_status();
    status.routes.push_back(status.routes.front());
    status.routes.back().name = "second";
    ++status.routes.back().saved.totals.filtered;
    const std::string json = status_json(status);
    const auto told = read_json(json);
    CHECK(told["destinations"][0]["balanced"].GetBool());
    CHECK(!told["destinations"][1]["balanced"].GetBool());
    CHECK(!told["balanced"].GetBool());
    CHECK(!status_balances(json));
    CHECK(status_table(json).find("WRONG") != std::string::npos);
    CHECK(status_balances(status_json(sound_status())));
}

TEST_CASE("an intake that does not balance makes the whole unbalanced, and no route") {
    AgentStatus status = sound_status();
    status.intake_balanced = false;
    const auto told = read_json(status_json(status));
    CHECK(told["destinations"][0]["balanced"].GetBool());
    CHECK(!told["balanced"].GetBool());
}

TEST_CASE("whatever bytes the far side's words have, the status is JSON and the table has no control in it") {
    for (int byte = 0; byte < 256; ++byte) {
        const auto status = failing_status(1000, std::string("a\"b") + static_cast<char>(byte) + "\\c");
        const std::string json = status_json(status);
        CHECK(read_json(json)["destinations"][0]["words"].IsString());
        CHECK(is_printable(status_table(json)));
    }
    CHECK(is_printable(status_table(
        R"({"inputs":[],"destinations":[{"name":"a\u001b[2J\u0000b","words":"\u009b\u007f\r"}],"spool":{}})")));
}

TEST_CASE(
    "each column of the table is as wide as its widest cell, names to the left and numbers to the right") {
    AgentStatus status = sound_status();
    status.routes.push_back(status.routes.front());
    status.routes.back().name = "a-destination-with-a-long-name";
    status.routes.back().saved.totals.repeated = 1'234'567'890;
    const auto lines = lines_of(status_table(status_json(status)));
    REQUIRE(lines.size() > 6);
    const auto& header = lines[3];
    REQUIRE(header.starts_with("destination"));
    for (const std::string column :
         {"state", "pending", "read", "delivered", "repeated", "lost", "balance"}) {
        CAPTURE(column);
        const auto end = header.find(" " + column) + 1 + column.size();
        for (const auto& row : {lines[4], lines[5]}) {
            REQUIRE(row.size() >= end);
            CHECK(row[end - 1] != ' ');
            CHECK((row.size() == end || row[end] == ' '));
        }
    }
    CHECK(lines[4].starts_with("siem "));
    CHECK(lines[5].find(" 1234567890 ") != std::string::npos);
    CHECK(lines[5].ends_with(" even"));
}

TEST_CASE("the table tells why a destination is failing") {
    const std::string table = status_table(status_json(failing_status(1000, "connection refused")));
    CHECK(table.find("\nsiem: connection refused\n") != std::string::npos);
    CHECK(table.find("retrying") != std::string::npos);
}

TEST_CASE("what only a person can change is told as that, in the table and on the screen") {
    AgentStatus status = failing_status(1000, "401 token expired");
    for (const bool needs_a_person : {false, true}) {
        status.routes.front().needs_a_person = needs_a_person;
        const std::string json = status_json(status);
        for (const std::string& text : {status_table(json), status_screen(json, 200)}) {
            CHECK((text.find("needs a person") != std::string::npos) == needs_a_person);
            CHECK((text.find("retrying") != std::string::npos) == !needs_a_person);
        }
    }
}

TEST_CASE("the screen tells lag, rates and how long the spool lasts, as the JSON does") {
    AgentStatus status = sound_status();  // 1,110 frames in 4,096 bytes
    status.rate = 100;
    status.spool_max_bytes = 1 << 20;
    status.inputs.front().rate = 123.38;
    status.routes.front().rate = 7.25;
    const std::string json = status_json(status);
    const auto told = read_json(json);
    CHECK(told["inputs"][0]["rate"].GetDouble() == 123.4);
    CHECK(told["destinations"][0]["rate"].GetDouble() == 7.3);
    CHECK(told["destinations"][0]["lag_bytes"].GetUint64() == 369);
    CHECK(told["spool"]["max_bytes"].GetUint64() == 1 << 20);
    // (1 MiB - 369 bytes) / (100 frames a second of 3.69 bytes)
    CHECK(told["spool"]["lasts_seconds"].GetDouble() == doctest::Approx(2840.6).epsilon(0.001));
    const std::string screen = status_screen(json, 200);
    for (const std::string_view words :
         {"369 B", "123", "7.3", "lasts 47 min", "ledger: even", "delivering"}) {
        CAPTURE(words);
        CHECK(screen.find(words) != std::string::npos);
    }
    status.rate = 0;
    CHECK_FALSE(read_json(status_json(status))["spool"].HasMember("lasts_seconds"));
    ++status.routes.front().saved.totals.filtered;
    CHECK(status_screen(status_json(status), 200).find("ledger: WRONG") != std::string::npos);
}

TEST_CASE("no line of the screen is wider than the terminal, and no byte of it moves the cursor") {
    const std::string json = status_json(failing_status(1000, std::string(300, 'x') + "\x1b[2J"));
    for (const std::size_t width : {20u, 80u, 400u})
        for (const auto& line : lines_of(status_screen(json, width))) CHECK(line.size() <= width);
    CHECK(is_printable(status_screen(json, 400)));
    CHECK(is_printable(status_screen(
        R"({"inputs":[],"destinations":[{"name":"a\u001b[2J","rate":1e308,"lag_bytes":-5}],"spool":{"bytes":"x"}})",
        80)));
}

TEST_CASE("the table tells what was shortened and left out, and nothing where nothing was") {
    AgentStatus status = sound_status();
    status.routes.front().cuts = {};
    status.routes.front().left_out = 0;
    CHECK(status_table(status_json(status)).find("shortened") == std::string::npos);
    CHECK(status_table(status_json(status)).find("left out") == std::string::npos);
    status.routes.front().cuts[static_cast<std::size_t>(CutField::answers)] = 12;
    status.routes.front().left_out = 3;
    const std::string table = status_table(status_json(status));
    CHECK(table.find("\nsiem: records shortened, by what they lack: answers 12\n") != std::string::npos);
    CHECK(table.find("\nsiem: records of answers left out, by reason: bailiwick 3\n") != std::string::npos);
}

TEST_CASE("what goes later is named in the status, told under the table, and counted in the sums") {
    AgentStatus status = sound_status();
    CHECK(read_json(status_json(status))["destinations"][0]["late"].Empty());
    CHECK(status_table(status_json(status)).find("later") == std::string::npos);
    SavedPosition& saved = status.routes.front().saved;
    saved.position = saved.open_from = status.end;
    saved.late = {{Position{100}, Position{140}, Position{97}, 2, {}},
                  {Position{500}, Position{560}, Position{500}, 0, {}}};
    saved.totals.filtered -= 2;
    const std::string json = status_json(status);
    const auto told = read_json(json);
    const auto& route = told["destinations"][0];
    REQUIRE(route["late"].Size() == 2);
    CHECK(route["late"][0]["position"].GetUint64() == 100);
    CHECK(route["late"][0]["to"].GetUint64() == 140);
    CHECK(route["late"][1]["position"].GetUint64() == 500);
    CHECK(route["late"][1]["to"].GetUint64() == 560);
    CHECK(route["open"].GetUint64() == 5);
    CHECK(route["pending"].GetUint64() == 100);
    CHECK(route["balanced"].GetBool());
    CHECK(status_table(json).find(
              "\nsiem: goes later, after what comes: frames 100 to 140, 500 to 560 (not included)\n") !=
          std::string::npos);
    saved.late[1].to = saved.late[1].to + 1;
    CHECK_FALSE(read_json(status_json(status))["destinations"][0]["balanced"].GetBool());
}

TEST_CASE("an agent without inputs and destinations yet has a table too") {
    CHECK(status_table(status_json(AgentStatus{})).starts_with("input"));
}

TEST_CASE("an answer that is not a status is an error for people, whatever it is") {
    for (const std::string_view answer :
         {"", "x", "{", "[]", "null", "5", "{}", R"({"inputs":1,"destinations":2,"spool":3})",
          R"({"inputs":[],"destinations":[]})", R"({"inputs":[],"destinations":[],"spool":[]})",
          R"({"inputs":[5],"destinations":[],"spool":{}})",
          R"({"inputs":[],"destinations":["x"],"spool":{}})",
          R"({"inputs":{},"destinations":[],"spool":{}})"}) {
        CAPTURE(answer);
        CHECK_THROWS_AS((void)status_table(answer), std::runtime_error);
        CHECK_THROWS_AS((void)status_balances(answer), std::runtime_error);
    }
    const std::string deep = std::string(1'000'000, '[');
    CHECK_THROWS_AS((void)status_table(deep), std::runtime_error);
    CHECK(!status_table(R"({"inputs":[{"name":5}],"destinations":[{}],"spool":{}})").empty());
    CHECK(!status_balances(R"({"inputs":[],"destinations":[],"spool":{},"balanced":"yes"})"));
}

}  // namespace
}  // namespace tapferry
