#include "transports/http/token_fetch.h"

#include <utility>

#include "transports/http/answer_words.h"

namespace tapferry {

namespace {

constexpr std::size_t longest_answer = 256 << 10;

}  // namespace

TokenFetch::TokenFetch(const HttpServers& servers, HttpAuthorization& authorization,
                       std::shared_ptr<TlsClient> tls, std::shared_ptr<ConnectionNetwork> network)
    : servers_(servers),
      authorization_(authorization),
      exchange_(servers, std::move(tls), std::move(network)) {}

void TokenFetch::start(Time now) {
    if (exchange_.state() != HttpExchange::State::idle || failure_) return;
    const auto body = authorization_.token_request();
    if (!body) {
        failure_ = {authorization_.fault(), true};
        return;
    }
    const Url& url = servers_.credentials.token_url;
    HttpHead head = head_for(servers_, url, {});
    head.method = "POST";
    head.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    head.headers.emplace_back("Accept", "application/json");
    request_.begin(head).append(*body);
    exchange_.ask(url, request_.finish(), longest_answer, now);
}

std::optional<TokenFetch::Failure> TokenFetch::step(Time now) {
    exchange_.step(now);
    if (exchange_.state() == HttpExchange::State::failed) {
        failure_ = {"no token: " + exchange_.failure().words, exchange_.failure().needs_a_person};
        exchange_.conclude();
    } else if (exchange_.state() == HttpExchange::State::answered) {
        failure_ = take_answer(now);
        // Seldom used, and short-lived at the other end.
        exchange_.close();
    }
    return std::exchange(failure_, std::nullopt);
}

std::optional<TokenFetch::Failure> TokenFetch::take_answer(Time now) {
    const ServerAnswer& answer = exchange_.answer();
    const TokenAnswer token = read_token_answer(answer.body);
    if (answer.is_success() && !token.token.empty() && is_header_value(token.token)) {
        authorization_.take_token(token, now);
        return std::nullopt;
    }
    const std::string asked = "the token endpoint " + servers_.credentials.token_url.text + " answered ";
    if (answer.is_success()) return Failure{asked + "without a token", true};
    const unsigned status = answer.status;
    const std::string words = authorization_.without_secrets(
        token.error.empty() ? words_of(answer) : words_of(status, token.error));
    (void)authorization_.refused();
    const bool passes = status / 100 == 5 || status == 429 || status == 408;
    return Failure{asked + words, !passes};
}

HttpHead head_for(const HttpServers& servers, const Url& url, const std::string& path) {
    HttpHead head;
    head.target = url.target_below(path);
    head.authority = url.authority();
    if (!servers.proxy || url.https) return head;
    head.target.insert(0, "http://" + head.authority);
    if (!servers.proxy->user_info.empty())
        head.headers.emplace_back("Proxy-Authorization", basic_credentials(servers.proxy->user_info));
    return head;
}

}  // namespace tapferry
