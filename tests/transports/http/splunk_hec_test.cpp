#include <fstream>

#include "tests/transports/http/http_server.h"
#include "tests/transports/transport_fixture.h"
#include "transports/http/hec_dialect.h"
#include "transports/http/sender.h"

namespace tapferry {
namespace {

using Verdict = Outcome::Verdict;

SplunkHecOptions options_for(std::vector<Url> urls) {
    SplunkHecOptions options;
    options.servers = servers_at(std::move(urls));
    options.servers.credentials = {.kind = HttpCredentials::Kind::token, .secret = "t", .scheme = "Splunk"};
    options.first_poll = 1ms;
    options.longest_poll = 5ms;
    return options;
}

Sender sender_of(const SplunkHecOptions& options) {
    return Sender(options.servers, std::make_unique<HecDialect>(options));
}

std::string code(unsigned status, unsigned number, const std::string& more = "") {
    return http_answer(status, "{\"text\":\"Its words\",\"code\":" + std::to_string(number) + more + "}");
}

Outcome outcome_of(const std::string& answer, bool index_by_event = false) {
    HttpServer server({{answer}});
    SplunkHecOptions options = options_for({server.url("")});
    options.index_by_event = index_by_event;
    Sender sender = sender_of(options);
    const auto records = records_of({"{0}", "{1}", "{2}"});
    return deliver(sender, {records}, Ticket{1});
}

// The value of a header.
std::string header(const HttpAsked& asked, const std::string& name) {
    const auto at = asked.head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return "";
    const auto begin = at + name.size() + 4;
    return asked.head.substr(begin, asked.head.find("\r\n", begin) - begin);
}

const RecordBuffer& event() {
    static const RecordBuffer records = records_of({"{}"});
    return records;
}

SplunkHecOptions acknowledging(const HttpServer& server) {
    SplunkHecOptions options = options_for({server.url("")});
    options.acknowledgement = true;
    return options;
}

std::string taken(unsigned id) {
    return code(200, 0, ",\"ackId\":" + std::to_string(id));
}

std::string acks(const std::string& list) {
    return http_answer(200, "{\"acks\":{" + list + "}}");
}

// The server takes the first, and what it says to the second concerns both.
void send_two_of_which_both_come_back(Sender& sender) {
    REQUIRE(sender.submit({event()}, Ticket{1}, now()));
    CHECK(summary(outcomes_of(sender, 1)) == "sent 1");
    REQUIRE(sender.submit({event()}, Ticket{2}, now()));
    CHECK(summary(outcomes_of(sender, 2)) == "retry 2, retry 1");
}

}  // namespace

TEST_CASE("events go one behind the other to the collector's endpoint, with its token") {
    HttpServer server({{code(200, 0)}});
    Sender sender = sender_of(options_for({server.url("/splunk/")}));
    const auto records = records_of({"{\"event\":1}", "{\"event\":2}"});
    CHECK(deliver(sender, {records}, Ticket{1}).verdict == Verdict::accepted);
    const HttpAsked asked = server.asked().at(0);
    CHECK(asked.first_line() == "POST /splunk/services/collector/event HTTP/1.1");
    CHECK(asked.body == "{\"event\":1}\n{\"event\":2}\n");
    CHECK(asked.has("Authorization: Splunk t"));
    CHECK(asked.has("Content-Type: application/json"));
    CHECK(header(asked, "X-Splunk-Request-Channel").empty());
}

TEST_CASE("the raw endpoint is told of the metadata once, and gets a channel") {
    HttpServer server({{code(200, 0)}});
    SplunkHecOptions options = options_for({server.url("")});
    options.endpoint = SplunkHecOptions::Endpoint::raw;
    options.metadata = {{"host", "ns 1"}, {"sourcetype", "a&b"}};
    Sender sender = sender_of(options);
    CHECK(deliver(sender, {event()}, Ticket{1}).verdict == Verdict::accepted);
    const HttpAsked asked = server.asked().at(0);
    CHECK(asked.first_line() == "POST /services/collector/raw?host=ns%201&sourcetype=a%26b HTTP/1.1");
    CHECK(header(asked, "X-Splunk-Request-Channel").size() == 36);
}

TEST_CASE("each code of the collector has its verdict") {
    struct Row {
        unsigned status, code;
        Verdict verdict;
    };
    for (const Row row :
         {Row{200, 0, Verdict::accepted}, Row{403, 1, Verdict::misconfigured},
          Row{401, 2, Verdict::misconfigured}, Row{401, 3, Verdict::misconfigured},
          Row{403, 4, Verdict::misconfigured}, Row{400, 5, Verdict::refused}, Row{400, 6, Verdict::refused},
          Row{400, 7, Verdict::misconfigured}, Row{500, 8, Verdict::retry}, Row{503, 9, Verdict::retry},
          Row{400, 10, Verdict::misconfigured}, Row{400, 11, Verdict::retry}, Row{400, 12, Verdict::refused},
          Row{400, 13, Verdict::refused}, Row{400, 14, Verdict::misconfigured},
          Row{400, 15, Verdict::refused}, Row{400, 16, Verdict::misconfigured},
          Row{200, 17, Verdict::accepted}, Row{503, 18, Verdict::retry}, Row{503, 19, Verdict::retry},
          Row{503, 20, Verdict::retry}, Row{400, 21, Verdict::misconfigured},
          Row{400, 22, Verdict::misconfigured}, Row{503, 23, Verdict::retry}, Row{200, 24, Verdict::accepted},
          Row{200, 25, Verdict::accepted}, Row{429, 26, Verdict::retry}, Row{429, 27, Verdict::retry},
          Row{404, 404, Verdict::misconfigured},
          // What counts is the code, though the status says that all is well.
          Row{200, 4, Verdict::misconfigured}, Row{200, 6, Verdict::refused}, Row{200, 9, Verdict::retry},
          Row{200, 14, Verdict::misconfigured}, Row{200, 99, Verdict::misconfigured},
          Row{413, 99, Verdict::too_big}}) {
        CAPTURE(row.code);
        const Outcome outcome = outcome_of(code(row.status, row.code));
        CHECK(outcome.verdict == row.verdict);
        if (row.verdict == Verdict::accepted) continue;
        CHECK(outcome.words.ends_with(": Its words (code " + std::to_string(row.code) + ")"));
    }
    CHECK(outcome_of(code(400, 7), true).verdict == Verdict::refused);
}

TEST_CASE("pages of balancers and servers without a code go by their status") {
    for (const auto& [status, verdict] :
         {std::pair{413U, Verdict::too_big}, std::pair{503U, Verdict::retry},
          std::pair{415U, Verdict::misconfigured}, std::pair{404U, Verdict::misconfigured},
          std::pair{429U, Verdict::retry}})
        CHECK(outcome_of(http_answer(status, "<html>no</html>", "Content-Type: text/html\r\n")).verdict ==
              verdict);
}

TEST_CASE("what answers as no collector does has taken nothing, whatever its status, and refuses nothing") {
    for (const std::string& answer :
         {http_answer(200, "<html>It works!</html>"), http_answer(204), http_answer(200, "{\"ackId\":1}"),
          http_answer(400, "Client sent an HTTP request to an HTTPS server.")}) {
        CAPTURE(answer);
        const auto outcome = outcome_of(answer);
        CHECK(outcome.verdict == Verdict::misconfigured);
        CHECK(outcome.words.find("not answer as an HTTP Event Collector") != std::string::npos);
        CHECK(outcome.refused_records.empty());
    }
}

TEST_CASE("an event that the collector names is refused alone; a number beyond the request names none") {
    const Outcome named = outcome_of(code(400, 6, ",\"invalid-event-number\":1"));
    CHECK(named.verdict == Verdict::refused);
    CHECK(named.refused_records == std::vector<std::uint32_t>{1});
    for (const std::string number : {"3", "-1", "18446744073709551615", "\"x\"", "null"}) {
        CAPTURE(number);
        const Outcome outcome = outcome_of(code(400, 12, ",\"invalid-event-number\":" + number));
        CHECK(outcome.verdict == Verdict::refused);
        CHECK(outcome.refused_records.empty());
    }
}

TEST_CASE("with acknowledgement a batch is accepted when the collector says that it is indexed") {
    HttpServer server(
        {{taken(0), acks("\"0\":false"), acks("\"0\":true"), taken(1), acks("\"1\":true,\"7\":true")}});
    Sender sender = sender_of(acknowledging(server));
    REQUIRE(sender.submit({event()}, Ticket{1}, now()));
    CHECK(summary(outcomes_of(sender, 2)) == "sent 1, accepted 1");
    REQUIRE(sender.submit({event()}, Ticket{2}, now()));
    CHECK(summary(outcomes_of(sender, 2)) == "sent 2, accepted 2");
    const auto asked = server.asked();
    const std::string channel = header(asked.at(0), "X-Splunk-Request-Channel");
    CHECK(channel.size() == 36);
    CHECK(asked.at(1).first_line() == "POST /services/collector/ack?channel=" + channel + " HTTP/1.1");
    CHECK(asked.at(1).body == "{\"acks\":[0]}");
    CHECK(asked.at(4).body == "{\"acks\":[1]}");
    CHECK(header(asked.at(3), "X-Splunk-Request-Channel") == channel);
}

TEST_CASE("a question that comes when the token cannot be read is asked when it can be") {
    const TemporaryFolder folder;
    const std::string path = folder.path("token");
    write_secret(path, "old");
    HttpServer server({{taken(0), code(403, 4), acks("\"0\":true")}});
    SplunkHecOptions options = acknowledging(server);
    options.servers.credentials = {
        .kind = HttpCredentials::Kind::token, .secret_file = path, .scheme = "Splunk"};
    options.first_poll = 200ms;
    Sender sender = sender_of(options);
    REQUIRE(sender.submit({event()}, Ticket{1}, now()));
    CHECK(summary(outcomes_of(sender, 1)) == "sent 1");
    std::filesystem::remove(path);
    CHECK(summary({deliver(sender, {event()}, Ticket{2})}) == "misconfigured 2");
    CHECK(!sender.wait(now() + 400ms));
    write_secret(path, "new");
    CHECK(summary(outcomes_of(sender, 1)) == "accepted 1");
    CHECK(server.asked().at(2).has("Authorization: Splunk new"));
}

TEST_CASE("what is never acknowledged goes again in time") {
    HttpServer server({{taken(0)}});
    SplunkHecOptions options = acknowledging(server);
    options.first_poll = 1h;
    options.acknowledge_within = 50ms;
    Sender sender = sender_of(options);
    REQUIRE(sender.submit({event()}, Ticket{1}, now()));
    CHECK(summary(outcomes_of(sender, 2)) == "sent 1, retry 1");
}

TEST_CASE("a server that acknowledges nothing is believed when it takes a batch, and that is told") {
    HttpServer server({{code(200, 0), code(200, 0)}});
    Sender sender = sender_of(acknowledging(server));
    CHECK(deliver(sender, {event()}, Ticket{1}).verdict == Verdict::accepted);
    CHECK(sender.take_warning().find("no indexer acknowledgement") != std::string::npos);
    CHECK(deliver(sender, {event()}, Ticket{2}).verdict == Verdict::accepted);
    CHECK(sender.take_warning().empty());
}

TEST_CASE("a batch that is acknowledged under what is no number is not believed to be taken") {
    for (const std::string id : {"-1", "1.5", "18446744073709551617", "\"x\"", "{}"}) {
        CAPTURE(id);
        HttpServer server({{code(200, 0, ",\"ackId\":" + id)}});
        Sender sender = sender_of(acknowledging(server));
        CHECK(deliver(sender, {event()}, Ticket{1}).verdict == Verdict::retry);
        CHECK(sender.take_warning().empty());
    }
}

TEST_CASE("a channel that the collector does not take is made anew, and what waited on it goes again") {
    HttpServer server({{taken(0), code(400, 11), taken(0)}});
    SplunkHecOptions options = acknowledging(server);
    options.first_poll = 1h;
    Sender sender = sender_of(options);
    send_two_of_which_both_come_back(sender);
    REQUIRE(sender.submit({event()}, Ticket{3}, now()));
    CHECK(summary(outcomes_of(sender, 1)) == "sent 3");
    const auto asked = server.asked();
    CHECK(header(asked.at(0), "X-Splunk-Request-Channel") == header(asked.at(1), "X-Splunk-Request-Channel"));
    CHECK(header(asked.at(1), "X-Splunk-Request-Channel") != header(asked.at(2), "X-Splunk-Request-Channel"));
}

TEST_CASE("what waits on a channel goes again when an answer is lost: its id may become another batch's") {
    for (const std::string& lost :
         {std::string(), http_answer(503, "no server is ready"), code(200, 0, ",\"ackId\":-1")}) {
        CAPTURE(lost);
        HttpServer server({{taken(0), lost}});
        SplunkHecOptions options = acknowledging(server);
        options.first_poll = 1h;
        Sender sender = sender_of(options);
        send_two_of_which_both_come_back(sender);
    }
}

TEST_CASE("the cookies of a balancer go back to it with everything on the channel") {
    HttpServer server({{http_answer(200, "{\"code\":0,\"ackId\":5}", "Set-Cookie: lb=two; Path=/\r\n"),
                        acks("\"5\":true")}});
    Sender sender = sender_of(acknowledging(server));
    REQUIRE(sender.submit({event()}, Ticket{1}, now()));
    CHECK(summary(outcomes_of(sender, 2)) == "sent 1, accepted 1");
    CHECK(server.asked().at(1).has("Cookie: lb=two"));
}

TEST_CASE("a server is not left for another one while it is to acknowledge something") {
    HttpServer first({{taken(0), code(503, 9), acks("\"0\":true")}});
    SplunkHecOptions options = options_for({first.url("")});
    options.acknowledgement = true;
    options.first_poll = 200ms;
    const RefusingPort dead;
    options.servers.urls.push_back(url_of("http://" + dead.address().text));
    Sender sender = sender_of(options);
    REQUIRE(sender.submit({event()}, Ticket{1}, now()));
    CHECK(summary(outcomes_of(sender, 1)) == "sent 1");
    REQUIRE(sender.submit({event()}, Ticket{2}, now()));
    CHECK(summary(outcomes_of(sender, 2)) == "retry 2, accepted 1");
}

}  // namespace tapferry
