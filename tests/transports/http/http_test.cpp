#include "tests/support/unpacked.h"
#include "tests/transports/http/http_server.h"
#include "tests/transports/transport_fixture.h"
#include "transports/http/plain_dialect.h"
#include "transports/http/sender.h"

namespace tapferry {
namespace {

using Verdict = Outcome::Verdict;

HttpOptions lines_to(HttpServers servers) {
    HttpOptions options;
    options.servers = std::move(servers);
    options.content_type = "application/x-ndjson";
    options.separator = options.suffix = "\n";
    return options;
}

Sender sender_of(const HttpOptions& options) {
    return Sender(options.servers, std::make_unique<PlainDialect>(options));
}

// What becomes of one batch of two records that is answered so.
Outcome outcome_of(const std::string& answer) {
    HttpServer server({{answer}});
    Sender sender(servers_at({server.url()}), std::make_unique<PlainDialect>(lines_to({})));
    const auto records = records_of({"a", "b"}, Framing::none);
    return deliver(sender, {records}, Ticket{1});
}

Verdict verdict_of(unsigned status) {
    return outcome_of(http_answer(status, "because")).verdict;
}

}  // namespace

TEST_CASE("records become one body, and an answer of 2xx accepts them") {
    HttpServer server({{http_answer(200), http_answer(204)}});
    HttpOptions options = lines_to(servers_at({server.url("/in?token=1")}));
    options.servers.headers = {{"X-Scope-OrgID", "dns"}};
    Sender sender = sender_of(options);
    const auto records = records_of({"{\"a\":1}", "{\"b\":2}", "{\"c\":3}"}, Framing::none);
    CHECK(deliver(sender, {records}, Ticket{1}).verdict == Verdict::accepted);
    CHECK(deliver(sender, {records, 1, 2}, Ticket{2}).verdict == Verdict::accepted);
    const auto asked = server.asked();
    REQUIRE(asked.size() == 2);
    CHECK(asked[0].first_line() == "POST /in?token=1 HTTP/1.1");
    CHECK(asked[0].body == "{\"a\":1}\n{\"b\":2}\n{\"c\":3}\n");
    CHECK(asked[1].body == "{\"b\":2}\n");
    for (const std::string& line :
         {"Host: " + server.address().text, std::string("Content-Type: application/x-ndjson"),
          std::string("X-Scope-OrgID: dns"), std::string("Content-Length: 24")}) {
        CAPTURE(line);
        CHECK(asked[0].has(line));
    }
}

TEST_CASE("a body begins, parts its records and ends as the configuration says") {
    HttpServer server({{http_answer(200)}});
    HttpOptions options = lines_to(servers_at({server.url()}));
    options.method = "PUT";
    options.prefix = "{\"streams\":[";
    options.separator = ",";
    options.suffix = "]}";
    Sender sender = sender_of(options);
    const auto records = records_of({"1", "2"}, Framing::none);
    CHECK(deliver(sender, {records}, Ticket{1}).verdict == Verdict::accepted);
    CHECK(server.asked().at(0).body == "{\"streams\":[1,2]}");
    CHECK(server.asked().at(0).first_line() == "PUT /ingest HTTP/1.1");
}

TEST_CASE("each status has its verdict") {
    for (const unsigned status : {200U, 201U, 202U, 204U, 206U})
        CHECK(verdict_of(status) == Verdict::accepted);
    for (const unsigned status : {408U, 425U, 429U, 500U, 502U, 503U, 504U}) {
        CAPTURE(status);
        CHECK(verdict_of(status) == Verdict::retry);
    }
    for (const unsigned status : {400U, 422U}) CHECK(verdict_of(status) == Verdict::refused);
    CHECK(verdict_of(413) == Verdict::too_big);
    for (const unsigned status :
         {300U, 301U, 302U, 307U, 308U, 401U, 402U, 403U, 404U, 405U, 407U, 410U, 415U}) {
        CAPTURE(status);
        CHECK(verdict_of(status) == Verdict::misconfigured);
    }
}

TEST_CASE("statuses can be given another meaning") {
    for (const auto& [status, verdict] :
         {std::pair{409U, Verdict::accepted}, std::pair{404U, Verdict::refused},
          std::pair{400U, Verdict::retry}, std::pair{200U, Verdict::retry}}) {
        HttpServer server({{http_answer(status, "it says")}});
        HttpOptions options = lines_to(servers_at({server.url()}));
        options.accept = {409};
        options.refuse = {404};
        options.retry = {400, 200};
        Sender sender = sender_of(options);
        const auto records = records_of({"a"}, Framing::none);
        const Outcome outcome = deliver(sender, {records}, Ticket{1});
        CHECK(outcome.verdict == verdict);
        CHECK((outcome.words.find("it says") != std::string::npos) == (verdict != Verdict::accepted));
    }
}

TEST_CASE("a redirect is not followed, and told") {
    const Outcome outcome = outcome_of(http_answer(307, "", "Location: http://127.0.0.1:1/\r\n"));
    CHECK(outcome.verdict == Verdict::misconfigured);
    CHECK(outcome.words.find("307 (it points elsewhere, which is never followed)") != std::string::npos);
}

TEST_CASE("the far side's own words are told on one line, and of a page only the text") {
    const std::string page =
        "<html><head><style>b { }</style><title>Busy</title></head><body>\r\n<h1>Come\tback "
        "\x1b[31mlater</h1></body></html>";
    const Outcome outcome = outcome_of(http_answer(503, page, "Content-Type: text/html\r\n"));
    CHECK(outcome.words.ends_with(": 503: Busy Come back [31mlater"));
    for (const std::string end : {"\r\n", " <b", "<", "<style>a", "<script"})
        CHECK(outcome_of(http_answer(503, "<p>Busy</p>" + end)).words.ends_with(": 503: Busy"));
    const Outcome cut = outcome_of(http_answer(500, std::string(5000, 'x')));
    CHECK(cut.words.size() < 400);
}

TEST_CASE("what a page says twice, and the status with which it begins, are told once") {
    const auto words = [](unsigned status, const std::string& body) {
        return outcome_of(http_answer(status, body, "Content-Type: text/html\r\n")).words;
    };
    const std::string nginx =
        "<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n<center><h1>404 Not "
        "Found</h1></center>"
        "\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";
    CHECK(words(404, nginx).ends_with(": 404: Not Found nginx"));
    const std::string apache =
        "<title>503 Not free</title><h1>Not free</h1><p>The server is <b>Not free</b>, <b>gone</b> and "
        "<b>gone</b></p>";
    CHECK(words(503, apache).ends_with(": 503: Not free The server is Not free , gone and gone"));
    CHECK(words(404, "404 page not found\n").ends_with(": 404: page not found"));
    CHECK(words(404, "404: not here").ends_with(": 404: not here"));
    CHECK(words(404, "404").ends_with(": 404"));
    CHECK(words(404, "4040 events").ends_with(": 404: 4040 events"));
    CHECK(words(404, "40").ends_with(": 404: 40"));
}

TEST_CASE("how long the far side asks to be left alone is a number or a date") {
    CHECK(outcome_of(http_answer(429, "", "Retry-After: 17\r\n")).retry_after == 17s);
    CHECK(outcome_of(http_answer(503, "", "Retry-After: Thu, 01 Jan 2099 00:00:00 GMT\r\n")).retry_after >=
          24h);
    for (const std::string text : {"-5", "soon", "Thu, 01 Jan 1970 00:00:00 GMT", ""}) {
        CAPTURE(text);
        CHECK(outcome_of(http_answer(503, "", "Retry-After: " + text + "\r\n")).retry_after == 0s);
    }
}

TEST_CASE("whatever comes in place of an answer, the batch goes again and the reason is told") {
    const std::string endless_header = "HTTP/1.1 200 OK\r\nX: " + std::string(80 << 10, 'x');
    const std::string too_much =
        "HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n" + std::string(1 << 10, 'x');
    std::string interim;
    for (int i = 0; i < 20; ++i) interim += "HTTP/1.1 100 Continue\r\n\r\n";
    struct Row {
        std::string bytes, words;
    };
    for (const Row& row :
         {Row{"", "it closed the connection without an answer"},
          Row{"SSH-2.0-OpenSSH_9.2\r\n", "not HTTP/1.1"}, Row{"HTTP/1.1 200", "its answer breaks off"},
          Row{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", "its answer breaks off"},
          Row{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "not HTTP/1.1"},
          Row{endless_header, "header of its answer is longer than 65536 bytes"},
          Row{too_much, "longer than 1048576 bytes"}, Row{interim, "sends only interim answers"},
          Row{"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", "changes to another protocol"}}) {
        CAPTURE(row.words);
        const Outcome outcome = outcome_of(row.bytes);
        CHECK(outcome.verdict == Verdict::retry);
        CHECK(outcome.handed_over);
        CHECK_MESSAGE(outcome.words.find(row.words) != std::string::npos, outcome.words);
    }
}

TEST_CASE("an answer without a length ends with the connection, and what comes before it is not it") {
    const Outcome outcome = outcome_of("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 503 Oh\r\n\r\nlater");
    CHECK(outcome.verdict == Verdict::retry);
    CHECK(outcome.words.ends_with(": 503: later"));
}

TEST_CASE("with one record a request, each has its own answer") {
    HttpServer server(
        {{http_answer(200), http_answer(400, "not this one"), http_answer(413), http_answer(201)}});
    HttpOptions options = lines_to(servers_at({server.url()}));
    options.one_record_each = true;
    options.separator = options.suffix = "";
    Sender sender = sender_of(options);
    const auto records = records_of({"0", "1", "2", "3"}, Framing::none);
    const Outcome outcome = deliver(sender, {records}, Ticket{1});
    CHECK(outcome.verdict == Verdict::accepted);
    CHECK(outcome.refused_records == std::vector<std::uint32_t>{1, 2});
    CHECK(outcome.words_of(1).ends_with(": 400: not this one"));
    CHECK(outcome.words_of(2).ends_with(": 413"));
    const auto asked = server.asked();
    CHECK(asked.at(0).body + asked.at(1).body + asked.at(2).body + asked.at(3).body == "0123");
}

TEST_CASE("with one record a request, what was not reached goes again and what was taken does not") {
    HttpServer server({{http_answer(400, "no"), http_answer(200), http_answer(503)}});
    HttpOptions options = lines_to(servers_at({server.url()}));
    options.one_record_each = true;
    Sender sender = sender_of(options);
    const auto records = records_of({"0", "1", "2", "3", "4"}, Framing::none);
    const Outcome outcome = deliver(sender, {records}, Ticket{1});
    CHECK(outcome.verdict == Verdict::retry);
    CHECK(outcome.refused_records == std::vector<std::uint32_t>{0});
    CHECK(outcome.words_of(0).ends_with(": 400: no"));
    CHECK(outcome.retry_records == std::vector<std::uint32_t>{2, 3, 4});
}

TEST_CASE("a body is packed when that is asked for, and says so") {
    for (const Compression how : {Compression::gzip, Compression::zstd}) {
        HttpServer server({{http_answer(200)}});
        HttpOptions options = lines_to(servers_at({server.url()}));
        options.servers.compression = how;
        Sender sender = sender_of(options);
        const auto records = many_records(100, 200, Framing::none);
        CHECK(deliver(sender, {records}, Ticket{1}).verdict == Verdict::accepted);
        const auto asked = server.asked().at(0);
        CHECK(asked.has(how == Compression::gzip ? "Content-Encoding: gzip" : "Content-Encoding: zstd"));
        CHECK(asked.body.size() < 4000);
        CHECK(unpacked(asked.body, how).size() == 100 * 201);
    }
}

}  // namespace tapferry
