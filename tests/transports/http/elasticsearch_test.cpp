#include "tests/transports/http/http_server.h"
#include "tests/transports/transport_fixture.h"
#include "transports/http/bulk_dialect.h"
#include "transports/http/sender.h"

namespace tapferry {
namespace {

using Verdict = Outcome::Verdict;

// Four documents of 2026-11-20, 23:59:59 UTC and a second later.
RecordBuffer documents() {
    RecordBuffer records(Framing::none);
    for (std::uint64_t i = 0; i < 4; ++i) {
        Event event;
        event.id = {.incarnation = 0xABC, .sequence = i};
        event.time = {i < 2 ? 1795219199 : 1795219200, 5};
        records.open(event).append("{\"n\":", static_cast<char>('0' + i), '}');
        records.close(event);
    }
    return records;
}

ElasticsearchOptions options_for(const HttpServer& server) {
    ElasticsearchOptions options;
    options.servers = servers_at({server.url("")});
    options.index = "logs-dns.dnstap-default";
    return options;
}

Outcome outcome_of(const std::string& answer) {
    HttpServer server({{answer}});
    const ElasticsearchOptions options = options_for(server);
    Sender sender(options.servers, std::make_unique<BulkDialect>(options));
    const RecordBuffer records = documents();
    return deliver(sender, {records}, Ticket{1});
}

std::string item(unsigned status, const std::string& type = "", const std::string& reason = "") {
    std::string text = "{\"create\":{\"status\":" + std::to_string(status);
    if (!type.empty()) text += R"(,"error":{"type":")" + type + R"(","reason":")" + reason + "\"}";
    return text + "}}";
}

std::string items(const std::vector<std::string>& all) {
    std::string list;
    for (const std::string& one : all) list += (list.empty() ? "" : ",") + one;
    return http_answer(200, "{\"errors\":true,\"items\":[" + list + "]}");
}

// What becomes of the second of four documents when the others are stored.
Outcome outcome_of_item(const std::string& one) {
    return outcome_of(items({item(201), one, item(201), item(201)}));
}

std::string body_of(ElasticsearchOptions options) {
    HttpServer server({{http_answer(500)}});
    options.servers = servers_at({server.url("/es/")});
    Sender sender(options.servers, std::make_unique<BulkDialect>(options));
    const RecordBuffer records = documents();
    (void)deliver(sender, {records, 1, 3}, Ticket{1});
    CHECK(server.asked().at(0).has("Content-Type: application/x-ndjson"));
    return server.asked().at(0).first_line() + "\n" + server.asked().at(0).body;
}

}  // namespace

TEST_CASE("each document is created under its record's id") {
    CHECK(body_of({.servers = {}, .index = "dns", .pipeline = ""}) ==
          "POST /es/_bulk?filter_path=errors,items.*.status,items.*.error.type,items.*.error.reason,"
          "items.*.error.caused_by.reason HTTP/1.1\n"
          R"({"create":{"_index":"dns","_id":"0000000000000abc0000000000000001"}})"
          "\n{\"n\":1}\n"
          R"({"create":{"_index":"dns","_id":"0000000000000abc0000000000000002"}})"
          "\n{\"n\":2}\n");
}

TEST_CASE("the index is that of the event's day, ids can be left to the server, and a pipeline named") {
    const std::string sent =
        body_of({.servers = {}, .index = "dns-%Y.%m.%d", .use_id = false, .pipeline = "geo ip"});
    CHECK(sent.find("&pipeline=geo%20ip HTTP/1.1\n") != std::string::npos);
    CHECK(
        sent.ends_with("{\"create\":{\"_index\":\"dns-2026.11.20\"}}\n{\"n\":1}\n"
                       "{\"create\":{\"_index\":\"dns-2026.11.21\"}}\n{\"n\":2}\n"));
}

TEST_CASE("the name of an index is checked, with its directives") {
    for (const char* good : {"dns", "dns-%Y.%m.%d", "logs-dns.dnstap-default", "dns-%H", "a_b+c"})
        CHECK_MESSAGE(fault_of_index(good).empty(), good);
    for (const char* bad :
         {"",    "DNS", "-dns", "_dns", "+dns", ".",   "..",  "a b",   "a/b",    "a\\b",   "a*",       "a?",
          "a\"", "a<",  "a>",   "a|",   "a,b",  "a#b", "a:b", "dns-%", "dns-%B", "dns-%%", "d\xc3\xa4"})
        CHECK_MESSAGE(!fault_of_index(bad).empty(), bad);
    CHECK(!fault_of_index(std::string(256, 'a')).empty());
}

TEST_CASE("documents that are stored, or were before, are accepted") {
    CHECK(outcome_of(
              items({item(201), item(200), item(409, "version_conflict_engine_exception", "x"), item(201)}))
              .verdict == Verdict::accepted);
}

TEST_CASE("a document that does not fit is refused alone, with the reason") {
    for (const char* type : {"mapper_parsing_exception", "document_parsing_exception",
                             "illegal_argument_exception", "strict_dynamic_mapping_exception"}) {
        const Outcome outcome = outcome_of_item(item(400, type, "failed to parse"));
        CHECK(outcome.verdict == Verdict::accepted);
        CHECK(outcome.refused_records == std::vector<std::uint32_t>{1});
        CHECK(outcome.words.ends_with(std::string(": 400: ") + type + ": failed to parse"));
    }
}

TEST_CASE("documents that the server has no room for go again alone") {
    for (const auto& one :
         {item(429, "rejected_execution_exception", "r"), item(429, "es_rejected_execution_exception", "r"),
          item(429, "circuit_breaking_exception", "r"), item(503, "unavailable_shards_exception", "r"),
          item(500, "x", "r"), item(409, "illegal_state_exception", "r"), item(200, "x", "r"),
          std::string("{}"), std::string("{\"create\":{}}"), std::string("7")}) {
        CAPTURE(one);
        const Outcome outcome = outcome_of_item(one);
        CHECK(outcome.verdict == Verdict::retry);
        CHECK(outcome.retry_records == std::vector<std::uint32_t>{1});
        CHECK(outcome.refused_records.empty());
    }
}

TEST_CASE("why a document goes again is told in whole sentences, whatever the server leaves out") {
    CHECK(outcome_of_item("{}").words.ends_with(": it does not say what became of a document"));
    CHECK(outcome_of_item(R"({"create":{"status":503,"error":{"type":"x"}}})").words.ends_with(": 503: x"));
}

TEST_CASE("what is wrong with an index is for a person, whatever status it has, and no document's fault") {
    for (const auto& one :
         {item(400, "index_closed_exception", "r"), item(400, "invalid_index_name_exception", "r"),
          item(429, "cluster_block_exception", "disk"), item(403, "cluster_block_exception", "r"),
          item(404, "index_not_found_exception", "r"), item(403, "security_exception", "r"),
          item(401, "x", "r"),
          item(400, "illegal_argument_exception", "pipeline with id [geo] does not exist")}) {
        CAPTURE(one);
        const Outcome outcome = outcome_of_item(one);
        CHECK(outcome.verdict == Verdict::misconfigured);
        CHECK(outcome.refused_records.empty());
    }
}

TEST_CASE("documents of one request may meet each its own end") {
    const Outcome outcome = outcome_of(items({item(400, "mapper_parsing_exception", "bad"), item(201),
                                              item(429, "es_rejected_execution_exception", "full"),
                                              item(404, "index_not_found_exception", "gone")}));
    CHECK(outcome.verdict == Verdict::misconfigured);
    CHECK(outcome.refused_records == std::vector<std::uint32_t>{0});
    CHECK(outcome.retry_records == std::vector<std::uint32_t>{2, 3});
    CHECK(outcome.words.find("bad; others: 404: index_not_found_exception: gone") != std::string::npos);
}

TEST_CASE("each document that is refused has the reason of its own") {
    const Outcome outcome =
        outcome_of(items({item(400, "mapper_parsing_exception", "no address"), item(201),
                          item(429, "es_rejected_execution_exception", "full"), item(422, "x", "too long")}));
    REQUIRE(outcome.refused_records == std::vector<std::uint32_t>{0, 3});
    CHECK(outcome.words_of(0).starts_with("http://"));
    CHECK(outcome.words_of(0).ends_with(": 400: mapper_parsing_exception: no address"));
    CHECK(outcome.words_of(3).ends_with(": 422: x: too long"));
}

TEST_CASE("an answer that does not tell of each document tells of none") {
    for (const std::string& body :
         {std::string(), std::string("{}"), std::string("<html>"), std::string("{\"items\":{}}"),
          std::string("{\"items\":[]}"), "{\"items\":[" + item(201) + "]}",
          std::string("{\"items\":[") + std::string(100000, '[')}) {
        const Outcome outcome = outcome_of(http_answer(200, body));
        CHECK(outcome.verdict == Verdict::retry);
        CHECK(outcome.retry_records.empty());
    }
}

TEST_CASE("answers to a whole request go by their status, with the words of the error") {
    struct Row {
        unsigned status;
        Verdict verdict;
    };
    for (const Row row :
         {Row{400, Verdict::refused}, Row{401, Verdict::misconfigured}, Row{403, Verdict::misconfigured},
          Row{404, Verdict::misconfigured}, Row{406, Verdict::misconfigured}, Row{413, Verdict::too_big},
          Row{429, Verdict::retry}, Row{500, Verdict::retry}, Row{503, Verdict::retry}}) {
        const Outcome outcome =
            outcome_of(http_answer(row.status, R"({"error":{"type":"t","reason":"r"},"status":1})"));
        CHECK(outcome.verdict == row.verdict);
        CHECK(outcome.words.ends_with(std::to_string(row.status) + ": t: r"));
    }
    CHECK(outcome_of(http_answer(406, R"({"error":"a text","status":406})")).words.ends_with("406: a text"));
}

namespace {

struct Checked {
    std::string warning;
    std::vector<std::string> questions;
};

// What is asked between two batches that are stored, and warned of, with these answers. Empty `stream`: it is
// an index by choice.
Checked check_stream(const std::vector<std::string>& answers, const std::string& stream) {
    const std::string stored = items({item(201), item(201), item(201), item(201)});
    std::vector<std::string> script{stored};
    script.insert(script.end(), answers.begin(), answers.end());
    script.push_back(stored);
    HttpServer server({script});
    ElasticsearchOptions options = options_for(server);
    options.is_data_stream = !stream.empty();
    if (options.is_data_stream) options.index = stream;
    options.servers.compression = Compression::gzip;
    Sender sender(options.servers, std::make_unique<BulkDialect>(options));
    const RecordBuffer records = documents();
    CHECK(summary({deliver(sender, {records}, Ticket{1})}) == "accepted 1");
    while (!sender.submit({records}, Ticket{2}, long_from_now())) REQUIRE(!sender.wait(now() + 10ms));
    CHECK(summary({sender.wait(long_from_now()).value()}) == "accepted 2");
    Checked checked{sender.take_warning(), {}};
    CHECK(sender.take_warning().empty());
    for (const HttpAsked& one : server.asked()) {
        if (one.first_line().starts_with("POST")) continue;
        checked.questions.push_back(one.first_line());
        CHECK(one.has("Content-Length: 0"));
        CHECK(one.head.find("Content-Encoding") == std::string::npos);
    }
    return checked;
}

}  // namespace

constexpr std::string_view no_alias = R"({"error":"alias [dns-a-b] missing","status":404})";

TEST_CASE("a data stream that the first documents made an index of is a warning, once") {
    for (const std::string& none : {http_answer(200, R"({"data_streams":[]})"), http_answer(404)}) {
        const Checked found = check_stream({none, http_answer(404, no_alias)}, "dns-a-b");
        CHECK(
            found.warning ==
            "dns-a-b is an index, not a data stream, because no index template makes it one: delete it, then "
            "run tapferry probe --install-template for this destination");
        CHECK(found.questions ==
              std::vector<std::string>{"GET /_data_stream/dns-a-b HTTP/1.1", "GET /_alias/dns-a-b HTTP/1.1"});
    }
}

TEST_CASE("of a stream, an alias, an index by choice, and a server that does not say, there is no warning") {
    for (const auto& answers :
         std::vector<std::vector<std::string>>{{http_answer(200, R"({"data_streams":[{"name":"dns-a-b"}]})")},
                                               {http_answer(403)},
                                               {http_answer(500)},
                                               {http_answer(404), http_answer(200)},
                                               {http_answer(404), http_answer(403)},
                                               {http_answer(404), http_answer(404, "no such path")}}) {
        const Checked found = check_stream(answers, "dns-a-b");
        CHECK(found.warning.empty());
        CHECK(found.questions.size() == answers.size());
    }
    CHECK(check_stream({}, "").questions.empty());
}

}  // namespace tapferry
