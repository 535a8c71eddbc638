#include "transports/http/exchange.h"

#include <algorithm>
#include <utility>

#include "transports/http/answer_words.h"
#include "transports/http/request.h"

namespace tapferry {

namespace {

constexpr std::size_t longest_proxy_answer = 64 << 10;

std::string tunnel_to(const Url& url, const Url& proxy) {
    const std::string authority = address_of(url).text;
    std::string request =
        "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\nUser-Agent: tapferry\r\n";
    if (!proxy.user_info.empty())
        request += "Proxy-Authorization: " + basic_credentials(proxy.user_info) + "\r\n";
    return request + "\r\n";
}

// A server whose window opens little by little looks stalled to the kernel, so the kernel's own limit is
// long. Who takes nothing for `timeout` is known in step_asking(), by the bytes that are acknowledged.
Connection::Timeouts timeouts_of(const HttpServers& servers) {
    constexpr std::chrono::milliseconds stall = std::chrono::minutes{5};
    return {servers.connect_timeout, servers.timeout, std::max(servers.timeout, stall)};
}

}  // namespace

Address address_of(const Url& url) {
    const bool literal = url.host.find(':') != std::string::npos;
    Address address;
    address.host = url.host;
    address.port = url.port;
    address.text = (literal ? "[" + url.host + "]" : url.host) + ":" + std::to_string(url.port);
    return address;
}

HttpExchange::HttpExchange(const HttpServers& servers, std::shared_ptr<TlsClient> tls,
                           std::shared_ptr<ConnectionNetwork> network)
    : servers_(servers),
      connection_(timeouts_of(servers), std::move(tls), HttpAnswerParser::longest_header,
                  std::move(network)) {}

bool HttpExchange::is_open_to(const Url& url, Time now) {
    if (connection_.state() != Connection::State::open || state_ != State::idle) return false;
    if (url.https != url_.https || url.host != url_.host || url.port != url_.port) return false;
    if (now - opened_ >= servers_.reopen_after) return false;
    connection_.look();
    // What comes without a question is no answer.
    return connection_.state() == Connection::State::open && connection_.received().empty();
}

void HttpExchange::ask(const Url& url, std::string_view request, std::size_t longest_answer, Time now) {
    const bool open = is_open_to(url, now);
    url_ = url;
    request_ = request;
    longest_answer_ = longest_answer;
    state_ = State::busy;
    alarm_ = Time::max();
    failure_ = {};
    if (open) {
        begin_request(now);
    } else {
        phase_ = Phase::connecting;
        opened_ = now;
        const bool plain = !url.https || servers_.proxy;
        connection_.connect(address_of(servers_.proxy ? *servers_.proxy : url),
                            plain ? Connection::First::plain_text : Connection::First::tls);
    }
    step(now);
}

void HttpExchange::step(Time now) {
    if (state_ == State::idle && over()) connection_.close();
    if (state_ != State::busy) return;
    switch (phase_) {
        case Phase::connecting:
        case Phase::securing:
            step_connecting(now);
            break;
        case Phase::tunnelling:
            step_tunnelling(now);
            break;
        case Phase::asking:
            step_asking(now);
            break;
    }
}

void HttpExchange::step_connecting(Time now) {
    if (over()) return fail(connection_.words(), connection_.needs_a_person());
    if (connection_.state() != Connection::State::open) return;
    const bool needs_tunnel = phase_ == Phase::connecting && servers_.proxy && url_.https;
    if (!needs_tunnel) return begin_request(now);
    phase_ = Phase::tunnelling;
    alarm_ = now + servers_.connect_timeout;
    tunnel_request_ = tunnel_to(url_, *servers_.proxy);
    parser_.begin(longest_proxy_answer, HttpAnswerParser::Asked::tunnel);
    connection_.write(tunnel_request_);
    step_tunnelling(now);
}

void HttpExchange::step_tunnelling(Time now) {
    feed();
    const std::string proxy = "the proxy " + servers_.proxy->text + ": ";
    if (parser_.state() == HttpAnswerParser::State::failed) return fail(proxy + parser_.words());
    if (parser_.state() == HttpAnswerParser::State::reading) {
        if (now >= alarm_) fail(proxy + "no answer in time");
        return;
    }
    const unsigned status = parser_.answer().status;
    if (!parser_.answer().is_success())
        return fail(proxy + words_of(parser_.answer()),
                    status / 100 == 3 || (status / 100 == 4 && status != 408 && status != 429));
    phase_ = Phase::securing;
    alarm_ = Time::max();
    connection_.secure(url_.host);
    step_connecting(now);
}

void HttpExchange::begin_request(Time now) {
    phase_ = Phase::asking;
    alarm_ = now + servers_.timeout;
    parser_.begin(longest_answer_);
    failure_.handed_over = true;
    end_of_request_ = connection_.written() + request_.size();
    connection_.write(request_);
    taken_ = connection_.acknowledged();
    step_asking(now);
}

// Servers may answer before they have read everything, and close then; but of what has not left yet nobody
// can say that he has taken it. A slow one takes long after our kernel has taken the last byte.
void HttpExchange::step_asking(Time now) {
    const std::uint64_t taken = connection_.acknowledged();
    feed();
    const bool answered = parser_.state() == HttpAnswerParser::State::done;
    const bool has_left = connection_.written() >= end_of_request_;
    if (answered && (has_left || !parser_.answer().is_success())) {
        state_ = State::answered;
    } else if (answered && over()) {
        fail(url_.text + ": it answered before it had the whole request, and closed the connection");
    } else if (parser_.state() == HttpAnswerParser::State::failed) {
        const bool lost = connection_.state() == Connection::State::broken && !parser_.begun();
        fail(lost ? connection_.words() : url_.text + ": " + parser_.words());
    } else if (taken != taken_) {
        taken_ = taken;
        alarm_ = now + servers_.timeout;
    } else if (now >= alarm_) {
        fail(url_.text + ": no answer in time");
    }
}

void HttpExchange::feed() {
    while (parser_.state() == HttpAnswerParser::State::reading) {
        const std::size_t used = parser_.feed(connection_.received());
        if (used == 0) break;
        connection_.consume(used);
    }
    if (over()) parser_.end();
}

void HttpExchange::fail(std::string words, bool needs_a_person) {
    failure_.words = std::move(words);
    failure_.needs_a_person = needs_a_person;
    state_ = State::failed;
}

void HttpExchange::conclude() {
    const bool keeps = state_ == State::answered && answer().keeps_open && !connection_.writing() &&
                       connection_.received().empty() && connection_.state() == Connection::State::open;
    state_ = State::idle;
    request_ = {};
    if (!keeps) connection_.close();
}

void HttpExchange::close() {
    state_ = State::idle;
    request_ = {};
    connection_.close();
}

bool HttpExchange::over() const {
    return connection_.state() == Connection::State::ended ||
           connection_.state() == Connection::State::broken;
}

}  // namespace tapferry
