#include <doctest/doctest.h>

#include "transports/http/answer_parser.h"
#include "transports/http/answer_words.h"
#include "transports/http/request.h"
#include "transports/http/url.h"

namespace tapferry {
namespace {

std::string fault_of(std::string_view text) {
    const auto url = parse_url(text);
    return std::holds_alternative<std::string>(url) ? std::get<std::string>(url) : "";
}

Url sound(std::string_view text) {
    auto url = parse_url(text, UserInfo::allowed);
    REQUIRE_MESSAGE(std::holds_alternative<Url>(url), text);
    return std::get<Url>(url);
}

}  // namespace

TEST_CASE("a URL is taken apart into what a connection and a request need") {
    const Url plain = sound("http://logs.example.com");
    CHECK((!plain.https && plain.host == "logs.example.com" && plain.port == 80 && plain.target == "/"));
    const Url full = sound("HTTPS://[2001:db8::1]:8443/a/b?c=d/e");
    CHECK((full.https && full.host == "2001:db8::1" && full.port == 8443 && full.target == "/a/b?c=d/e"));
    CHECK(full.authority() == "[2001:db8::1]:8443");
    CHECK(sound("https://x:443/").authority() == "x");
    CHECK(sound("http://x?y").target == "/?y");
    const Url user = sound("http://me:p%40ss@proxy:3128");
    CHECK((user.user_info == "me:p@ss" && user.host == "proxy" && user.text == "http://proxy:3128"));
}

TEST_CASE("what is shown of a URL holds neither its password nor its query") {
    CHECK(sound("https://x/in?token=secret").text == "https://x/in");
    CHECK(sound("http://a:b@x/y?z").text == "http://x/y");
}

TEST_CASE("what is no URL is told") {
    for (const std::string_view text : {"",
                                        "x",
                                        "ftp://x/",
                                        "http:/x",
                                        "http://",
                                        "http:///p",
                                        "http://:80/",
                                        "http://x:0/",
                                        "http://x:65536/",
                                        "http://x:8a/",
                                        "http://x:/",
                                        "http://[::1/",
                                        "http://[]/",
                                        "http://a b/",
                                        "http://x/ y",
                                        "http://x/\r\nA: b",
                                        "http://x/#y",
                                        "http://u:p@x/",
                                        "http://x\x7f/",
                                        "http://ex\xc3\xa4mple/"}) {
        CAPTURE(text);
        CHECK(!fault_of(text).empty());
    }
}

TEST_CASE("a path goes below the path of a URL and before its query") {
    CHECK(sound("http://x").target_below("/_bulk") == "/_bulk");
    CHECK(sound("http://x/elastic/").target_below("/_bulk") == "/elastic/_bulk");
    CHECK(sound("http://x/e?k=v").target_below("/_bulk") == "/e/_bulk?k=v");
    CHECK(sound("http://x/e?k=v").target_below("/_bulk?a=b") == "/e/_bulk?a=b&k=v");
    CHECK(sound("http://x/e/?k=v").target_below("") == "/e/?k=v");
}

TEST_CASE("a request is its head with the body's length, and the body") {
    HttpRequest request;
    for (const std::string body : {"", "body", "a longer body than before"}) {
        request.begin({"POST", "/p", "h:1", {{"A", "b"}}}).append(body);
        CHECK(request.finish() ==
              "POST /p HTTP/1.1\r\nHost: h:1\r\nUser-Agent: tapferry\r\nA: b\r\nContent-Length: " +
                  std::to_string(body.size()) + "\r\n\r\n" + body);
    }
}

TEST_CASE("an answer is the same in whatever pieces it comes") {
    const std::string bytes =
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 429 Slow\r\nSet-Cookie: a=1; Path=/\r\nSet-Cookie: "
        "b=2\r\nRetry-After: "
        "3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n";
    for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
        CAPTURE(piece);
        HttpAnswerParser parser;
        parser.begin(100);
        std::string waiting;
        for (std::size_t at = 0; at < bytes.size(); at += piece) {
            waiting += bytes.substr(at, piece);
            for (std::size_t used = 1; used != 0;) waiting.erase(0, used = parser.feed(waiting));
        }
        REQUIRE(parser.state() == HttpAnswerParser::State::done);
        CHECK(parser.answer().status == 429);
        CHECK(parser.answer().body == "abcdefg");
        CHECK(parser.answer().cookies == "a=1; b=2");
        CHECK(parser.answer().retry_after == std::chrono::seconds(3));
        CHECK(parser.answer().keeps_open);
    }
}

TEST_CASE("a body in chunks may be empty, or its end be none, in whatever pieces it comes") {
    const std::string header = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (const auto& [body, state] : {std::pair{"0\r\n\r\n", HttpAnswerParser::State::done},
                                      {"0;x=y\r\nTrailer: z\r\n\r\n", HttpAnswerParser::State::done},
                                      {"0\r\nabc\r\n0\r\n\r\n", HttpAnswerParser::State::failed},
                                      {"0\r\n", HttpAnswerParser::State::failed},
                                      {"0", HttpAnswerParser::State::failed}}) {
        const std::string bytes = header + body;
        for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
            CAPTURE(body);
            CAPTURE(piece);
            HttpAnswerParser parser;
            parser.begin(100);
            std::string waiting;
            for (std::size_t at = 0; at < bytes.size(); at += piece) {
                waiting += bytes.substr(at, piece);
                for (std::size_t used = 1; used != 0;) waiting.erase(0, used = parser.feed(waiting));
            }
            parser.end();
            CHECK(parser.state() == state);
            CHECK(parser.answer().body.empty());
        }
    }
}

TEST_CASE("the answer that opens a tunnel has no body, whatever it says") {
    HttpAnswerParser parser;
    parser.begin(100, HttpAnswerParser::Asked::tunnel);
    const std::string bytes = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
    CHECK(parser.feed(bytes) == bytes.size());
    CHECK(parser.state() == HttpAnswerParser::State::done);
}

TEST_CASE("no header can be made to hold another") {
    CHECK(is_header_name("X-Scope-OrgID"));
    for (const std::string_view name : {"", "a b", "a:", "a\r\nb"}) CHECK(!is_header_name(name));
    CHECK(is_header_value("Bearer a b\tc"));
    for (const std::string_view value : {"a\nb", "a\rb", "\x7f", "caf\xc3\xa9"})
        CHECK(!is_header_value(value));
    CHECK(is_header_value(std::string_view("a\0b", 3)) == false);
}

}  // namespace tapferry
