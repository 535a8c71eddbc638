// Asks a token endpoint for a bearer token (RFC 6749, section 4.4). Owned by Sender.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "transports/http/authorization.h"
#include "transports/http/exchange.h"
#include "transports/http/request.h"

namespace tapferry {

class TokenFetch {
  public:
    using Time = HttpExchange::Time;
    struct Failure {
        std::string words;
        bool needs_a_person = false;
    };

    // `servers` and `authorization` outlive it.
    TokenFetch(const HttpServers& servers, HttpAuthorization& authorization, std::shared_ptr<TlsClient> tls,
               std::shared_ptr<ConnectionNetwork> network);

    // Begins, unless that is under way.
    void start(Time now);
    // Gives what it gets to the authorization. A failure, when it has just failed.
    std::optional<Failure> step(Time now);
    [[nodiscard]] HttpExchange& exchange() { return exchange_; }

  private:
    std::optional<Failure> take_answer(Time now);

    const HttpServers& servers_;
    HttpAuthorization& authorization_;
    HttpExchange exchange_;
    HttpRequest request_;
    std::optional<Failure> failure_;
};

// The head of a request to `url`: as a proxy wants it, where there is one.
HttpHead head_for(const HttpServers& servers, const Url& url, const std::string& path);

}  // namespace tapferry
