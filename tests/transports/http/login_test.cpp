#include <algorithm>

#include "tests/transports/http/http_server.h"
#include "tests/transports/transport_fixture.h"
#include "transports/http/plain_dialect.h"
#include "transports/http/sender.h"

namespace tapferry {
namespace {

using Verdict = Outcome::Verdict;
using Kind = HttpCredentials::Kind;

Sender sender_to(HttpServers servers) {
    return Sender(std::move(servers), std::make_unique<PlainDialect>(HttpOptions{}));
}

const RecordBuffer& event() {
    static const RecordBuffer records = records_of({"event"}, Framing::none);
    return records;
}

// A server that is asked with a token of `tokens`.
HttpServers with_tokens_of(const HttpServer& server, const HttpServer& tokens) {
    HttpServers servers = servers_at({server.url()});
    servers.credentials.kind = Kind::oauth2;
    servers.credentials.name = "the client";
    servers.credentials.secret = "s&cret";
    servers.credentials.scope = "logs write";
    servers.credentials.token_url = tokens.url("/token");
    return servers;
}

std::string token_answer(const std::string& token, const std::string& more = "") {
    return http_answer(200, R"({"access_token":")" + token + R"(","token_type":"Bearer")" + more + "}");
}

}  // namespace

TEST_CASE("a name and a password, or a token, stand in the header of each request") {
    HttpServer server({{http_answer(200), http_answer(200)}, {http_answer(200)}});
    HttpServers servers = servers_at({server.url()});
    servers.credentials = {.kind = Kind::basic, .name = "Aladdin", .secret = "open sesame"};
    {
        Sender sender = sender_to(servers);
        (void)deliver(sender, {event()}, Ticket{1});
        (void)deliver(sender, {event()}, Ticket{2});
    }
    servers.credentials = {.kind = Kind::token, .secret = "abc", .scheme = "Splunk"};
    Sender sender = sender_to(servers);
    (void)deliver(sender, {event()}, Ticket{1});
    const auto asked = server.asked();
    CHECK(asked.at(0).has("Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="));
    CHECK(asked.at(1).has("Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="));
    CHECK(asked.at(2).has("Authorization: Splunk abc"));
}

TEST_CASE("a secret that the server repeats in its words is not told") {
    const std::string basic = "QWxhZGRpbjpvcGVuIHNlc2FtZQ==";
    HttpServer server({{http_answer(403, "no token s3cr3t here, Splunk s3cr3t")},
                       {http_answer(403, "Basic " + basic + " is of open sesame")},
                       {http_answer(403, "no token at all")}});
    HttpServers servers = servers_at({server.url()});
    // Behind the address and the status.
    const auto words = [&] {
        Sender sender = sender_to(servers);
        const std::string all = deliver(sender, {event()}, Ticket{1}).words;
        return all.substr(std::min(all.size(), all.find("403: ") + 5));
    };
    servers.credentials = {.kind = Kind::token, .secret = "s3cr3t", .scheme = "Splunk"};
    CHECK(words() == "no token ... here, Splunk ...");
    servers.credentials = {.kind = Kind::basic, .name = "Aladdin", .secret = "open sesame"};
    CHECK(words() == "Basic ... is of ...");
    servers.credentials = {.kind = Kind::token, .secret = "s3cr3t", .scheme = "Splunk"};
    CHECK(words() == "no token at all");
}

TEST_CASE("nor is one that is cut off with the words, one of the proxy, or one of a header") {
    const std::string filler(280, 'x');
    const std::string secret = "0123456789abcdef0123456789abcdef01234567";
    HttpServer server({{http_answer(403, filler + " " + secret + " and more of it")},
                       {http_answer(407, "Basic bWU6c2VjcmV0 is me:secret")},
                       {http_answer(403, "X-Api-Key: hunter2; X-Site: hunter3")}});
    HttpServers servers = servers_at({server.url()});
    const auto words = [&] {
        Sender sender = sender_to(servers);
        return deliver(sender, {event()}, Ticket{1}).words;
    };
    servers.credentials = {.kind = Kind::token, .secret = secret};
    CHECK(words().ends_with(filler + " ......"));
    servers.credentials = {};
    servers.proxy = url_of("http://me:secret@" + server.address().text);
    CHECK(words().ends_with("407: Basic ... is me:..."));
    servers.proxy.reset();
    servers.headers = {{"X-Api-Key", "hunter2"}, {"X-Site", "hunter3"}};
    CHECK(words().ends_with("403: X-Api-Key: ...; X-Site: hunter3"));
}

TEST_CASE("a secret in a file is read again when it is refused, and then tried again") {
    const TemporaryFolder folder;
    const std::string path = folder.path("token");
    write_secret(path, "  old\n");
    HttpServer server({{http_answer(200), http_answer(401), http_answer(200), http_answer(401)}});
    HttpServers servers = servers_at({server.url()});
    servers.credentials = {.kind = Kind::token, .secret_file = path};
    Sender sender = sender_to(servers);
    CHECK(deliver(sender, {event()}, Ticket{1}).verdict == Verdict::accepted);
    write_secret(path, "new\n");
    CHECK(deliver(sender, {event()}, Ticket{2}).verdict == Verdict::retry);
    CHECK(deliver(sender, {event()}, Ticket{3}).verdict == Verdict::accepted);
    CHECK(deliver(sender, {event()}, Ticket{4}).verdict == Verdict::misconfigured);
    const auto asked = server.asked();
    CHECK(asked.at(1).has("Authorization: Bearer old"));
    CHECK(asked.at(2).has("Authorization: Bearer new"));
}

TEST_CASE("a secret that cannot be read, or cannot be sent, is for a person") {
    const TemporaryFolder folder;
    const std::string path = folder.path("token");
    write_secret(path, "two\r\nHeader: injected");
    for (const std::string& file : {path, folder.path("missing")}) {
        HttpServers servers = servers_at({url_of("http://127.0.0.1:1/")});
        servers.credentials = {.kind = Kind::token, .secret_file = file};
        Sender sender = sender_to(servers);
        const Outcome outcome = deliver(sender, {event()}, Ticket{1});
        CHECK(outcome.verdict == Verdict::misconfigured);
        CHECK(outcome.words.starts_with(file));
    }
}

TEST_CASE("a token is asked for with id, secret and scope, and serves for many requests") {
    HttpServer tokens({{token_answer("first", ",\"expires_in\":3600")}});
    HttpServer server({{http_answer(200), http_answer(200)}});
    Sender sender = sender_to(with_tokens_of(server, tokens));
    CHECK(deliver(sender, {event()}, Ticket{1}).verdict == Verdict::accepted);
    CHECK(deliver(sender, {event()}, Ticket{2}).verdict == Verdict::accepted);
    CHECK(tokens.asked().at(0).body ==
          "grant_type=client_credentials&client_id=the%20client&client_secret=s%26cret&scope=logs%20write");
    CHECK(tokens.asked().at(0).has("Content-Type: application/x-www-form-urlencoded"));
    for (const HttpAsked& asked : server.asked()) CHECK(asked.has("Authorization: Bearer first"));
}

TEST_CASE("a token that is over as soon as it is there is good for one request") {
    const std::string over = ",\"expires_in\":1";
    HttpServer tokens({{token_answer("one", over)}, {token_answer("two", over)}});
    HttpServer server({{http_answer(200), http_answer(200)}});
    Sender sender = sender_to(with_tokens_of(server, tokens));
    CHECK(deliver(sender, {event()}, Ticket{1}).verdict == Verdict::accepted);
    CHECK(deliver(sender, {event()}, Ticket{2}).verdict == Verdict::accepted);
    const auto asked = server.asked();
    CHECK(asked.at(0).has("Authorization: Bearer one"));
    CHECK(asked.at(1).has("Authorization: Bearer two"));
}

TEST_CASE("a token that is over, or is refused, is asked for anew") {
    HttpServer tokens(
        {{token_answer("over", ",\"expires_in\":\"0\"")}, {token_answer("good")}, {token_answer("better")}});
    HttpServer server({{http_answer(200), http_answer(200), http_answer(401), http_answer(200)}});
    Sender sender = sender_to(with_tokens_of(server, tokens));
    CHECK(deliver(sender, {event()}, Ticket{1}).verdict == Verdict::accepted);
    CHECK(deliver(sender, {event()}, Ticket{2}).verdict == Verdict::accepted);
    CHECK(deliver(sender, {event()}, Ticket{3}).verdict == Verdict::retry);
    CHECK(deliver(sender, {event()}, Ticket{4}).verdict == Verdict::accepted);
    const auto asked = server.asked();
    CHECK(asked.at(1).has("Authorization: Bearer good"));
    CHECK(asked.at(3).has("Authorization: Bearer better"));
}

TEST_CASE("why there is no token is told in the words of whom it was asked for") {
    struct Row {
        std::string answer;
        Verdict verdict;
        std::string words;
    };
    for (const Row& row :
         {Row{http_answer(401, R"({"error":"invalid_client","error_description":"who are you"})"),
              Verdict::misconfigured, "401: invalid_client: who are you"},
          Row{http_answer(401, "client_secret=s%26cret is not s&cret"), Verdict::misconfigured,
              "401: client_secret=... is not ..."},
          Row{http_answer(200, "{}"), Verdict::misconfigured, "answered without a token"},
          Row{http_answer(200, R"({"access_token":"a\r\nb"})"), Verdict::misconfigured,
              "answered without a token"},
          Row{http_answer(503, "later"), Verdict::retry, "503: later"},
          Row{"", Verdict::retry, "without an answer"}}) {
        HttpServer tokens({{row.answer}});
        Sender sender = sender_to(with_tokens_of(tokens, tokens));
        const Outcome outcome = deliver(sender, {event()}, Ticket{1});
        CHECK(outcome.verdict == row.verdict);
        CHECK(!outcome.handed_over);
        CHECK(outcome.words.find("token") != std::string::npos);
        CHECK_MESSAGE(outcome.words.find(row.words) != std::string::npos, outcome.words);
    }
}

}  // namespace tapferry
