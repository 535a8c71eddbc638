#include "agent/commands/probe/index_setup.h"

#include "tests/agent/config/config_folder.h"
#include "tests/transports/http/http_server.h"

namespace tapferry {
namespace {

const std::string no_template = http_answer(
    400,
    R"({"error":{"reason":"no matching index template found for data stream [logs-dns.dnstap-default]"}})");
const std::string in_the_way = http_answer(
    500, R"({"error":{"reason":"index, alias, and data stream names need to be unique, but the following )"
         R"(duplicates were found [data stream [logs-dns.dnstap-default] conflicts with index]"}})");

// The steps with a server that answers each question with the next of these: "stream FAILED words".
std::string set_up(const std::vector<std::string>& answers, bool installs = false,
                   const std::string& more = "") {
    std::vector<HttpServer::Answers> connections;
    connections.reserve(answers.size());
    for (const std::string& answer : answers) connections.push_back({answer});
    HttpServer server(connections);
    auto destination = test::destination("type = \"elasticsearch\"\nurl = \"http://" + server.address().text +
                                         "\"\nformat = \"ecs\"\n" + more);
    std::string text;
    for (const WayStep& step : set_up_index(destination, installs, 5000ms))
        text += std::string(step.name) + (step.passed ? " ok " : " FAILED ") + step.words + "\n";
    CHECK(server.asked().size() == answers.size());
    return text;
}

}  // namespace

TEST_CASE("a data stream that is there, or that a template makes, may have the event") {
    CHECK(set_up({http_answer(200, R"({"acknowledged":true})")}) ==
          "stream ok logs-dns.dnstap-default was made\n");
    CHECK(set_up({http_answer(
              400, R"({"error":{"reason":"data_stream [logs-dns.dnstap-default] already exists"}})")}) ==
          "stream ok logs-dns.dnstap-default is there\n");
}

TEST_CASE("a data stream that no template makes is told before an event makes an index of that name") {
    CHECK(set_up({no_template, http_answer(404), http_answer(404)}) ==
          "stream FAILED no template makes logs-dns.dnstap-default a data stream: run tapferry probe "
          "--install-template first\n");
}

TEST_CASE("an index in the way of a data stream is told, with a template and without") {
    const std::string told =
        "stream FAILED logs-dns.dnstap-default is an index, not a data stream: delete it, then run tapferry "
        "probe --install-template\n";
    CHECK(set_up({no_template, http_answer(404), http_answer(200, "{}")}) == told);
    CHECK(set_up({http_answer(200), in_the_way, http_answer(404), http_answer(200, "{}")}, true) ==
          "template ok logs-dns.dnstap for logs-dns.dnstap-* was installed\n" + told);
}

TEST_CASE("a server that says nothing of data streams keeps no event back") {
    CHECK(set_up({http_answer(403, "no permission for an index template")}).empty());
    CHECK(set_up({http_answer(404)}).empty());
    CHECK(set_up({http_answer(400, "no handler found for uri [/_data_stream/x]")}).empty());
    CHECK(set_up({http_answer(500, "<html>oh</html>")}).empty());
    CHECK(set_up({no_template, http_answer(403)}).empty());
    CHECK(set_up({no_template, http_answer(404), http_answer(403)}).empty());
}

TEST_CASE("of an alias and of an index of one's own nothing is asked") {
    CHECK(set_up({no_template, http_answer(200, R"({"logs-1":{}})")}).empty());
    CHECK(set_up({}, false, "index = \"dns\"\n").empty());
}

}  // namespace tapferry
