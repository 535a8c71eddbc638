#include "transports/http/answer_parser.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <charconv>
#include <ctime>
#include <optional>

namespace tapferry {
namespace {

namespace http = boost::beast::http;
using Error = boost::beast::error_code;

// Of "100 Continue" and the like before the answer itself.
constexpr int most_interim_answers = 16;
constexpr std::size_t longest_cookies = 8 << 10;
// "0", two ends of lines: how a body in chunks ends, and less is never left of one. Beast gives up the
// program (an assertion) when it has seen the first of them and is given less than all of this.
constexpr std::size_t shortest_end_of_chunks = 5;

// RFC 9110, section 10.2.3: seconds, or a date.
std::chrono::seconds retry_after_of(std::string_view text) {
    constexpr long longest = 7 * 24 * 3600;
    long seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc() || end != text.data() + text.size()) {
        std::tm date{};
        const char* rest = ::strptime(std::string(text).c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date);
        seconds = rest == nullptr ? 0 : static_cast<long>(::timegm(&date) - std::time(nullptr));
    }
    return std::chrono::seconds(std::clamp(seconds, 0L, longest));
}

std::string text_of(boost::beast::string_view text) {
    return {text.data(), text.size()};
}

}  // namespace

struct HttpAnswerParser::Parts {
    std::optional<http::response_parser<http::string_body>> parser;
    std::size_t longest_body = 0;
    Asked asked = Asked::usual;
    State state = State::failed;
    std::string words;
    bool begun = false;
    int interim = 0;
    ServerAnswer answer;

    void restart() {
        parser.emplace();
        parser->header_limit(static_cast<std::uint32_t>(longest_header));
        parser->body_limit(longest_body);
        parser->eager(true);
        if (asked == Asked::tunnel) parser->skip(true);
    }

    [[nodiscard]] bool may_not_take_yet(std::size_t bytes) const {
        return parser->is_header_done() && parser->chunked() && bytes < shortest_end_of_chunks;
    }

    void fail(std::string why) {
        state = State::failed;
        words = std::move(why);
    }

    void take_error(const Error& error) {
        if (error == http::error::body_limit)
            fail("its answer is longer than " + std::to_string(longest_body) + " bytes");
        else if (error == http::error::header_limit)
            fail("the header of its answer is longer than " + std::to_string(longest_header) + " bytes");
        else if (error == http::error::partial_message || error == http::error::end_of_stream)
            fail("its answer breaks off");
        else
            fail("its answer is not HTTP/1.1 (" + error.message() + ")");
    }

    void take_done() {
        const auto& message = parser->get();
        const unsigned status = message.result_int();
        const bool switches = status == 101;  // which nobody asked for
        if (status / 100 == 1 && !switches) {
            if (++interim > most_interim_answers) return fail("it sends only interim answers");
            return restart();
        }
        if (switches) return fail("it changes to another protocol");
        answer.status = status;
        answer.body = std::move(parser->get().body());
        answer.content_type = text_of(message[http::field::content_type]);
        const auto retry_after = message[http::field::retry_after];
        answer.retry_after = retry_after_of({retry_after.data(), retry_after.size()});
        const auto cookies = message.equal_range(http::field::set_cookie);
        for (auto cookie = cookies.first; cookie != cookies.second; ++cookie)
            add_cookie(text_of(cookie->value()));
        answer.keeps_open = parser->keep_alive();
        state = State::done;
    }

    void add_cookie(const std::string& set) {
        const std::string pair = set.substr(0, set.find(';'));
        if (pair.find('=') == std::string::npos || answer.cookies.size() + pair.size() > longest_cookies)
            return;
        answer.cookies += (answer.cookies.empty() ? "" : "; ") + pair;
    }
};

HttpAnswerParser::HttpAnswerParser() : parts_(std::make_unique<Parts>()) {}
HttpAnswerParser::~HttpAnswerParser() = default;

void HttpAnswerParser::begin(std::size_t longest_body, Asked asked) {
    Parts& parts = *parts_;
    parts.longest_body = longest_body;
    parts.asked = asked;
    parts.state = State::reading;
    parts.words.clear();
    parts.begun = false;
    parts.interim = 0;
    parts.answer = {};
    parts.restart();
}

std::size_t HttpAnswerParser::feed(std::string_view bytes) {
    Parts& parts = *parts_;
    if (parts.state != State::reading || bytes.empty()) return 0;
    parts.begun = true;
    if (parts.may_not_take_yet(bytes.size())) return 0;
    Error error;
    const std::size_t used = parts.parser->put(boost::asio::buffer(bytes.data(), bytes.size()), error);
    if (error && error != http::error::need_more)
        parts.take_error(error);
    else if (parts.parser->is_done())
        parts.take_done();
    else if (used == 0 && bytes.size() >= longest_header)
        parts.fail("a part of its answer has no end");
    return used;
}

void HttpAnswerParser::end() {
    Parts& parts = *parts_;
    if (parts.state != State::reading) return;
    if (!parts.parser->got_some()) return parts.fail("it closed the connection without an answer");
    Error error;
    parts.parser->put_eof(error);
    if (error)
        parts.take_error(error);
    else if (parts.parser->is_done())
        parts.take_done();
    if (parts.state == State::reading) parts.fail("it closed the connection without an answer");
}

HttpAnswerParser::State HttpAnswerParser::state() const {
    return parts_->state;
}
const std::string& HttpAnswerParser::words() const {
    return parts_->words;
}
bool HttpAnswerParser::begun() const {
    return parts_->begun;
}
const ServerAnswer& HttpAnswerParser::answer() const {
    return parts_->answer;
}

}  // namespace tapferry
