// The Authorization header of a destination's requests: made of what the configuration gives, of a file that
// somebody renews, or of a token that is asked for. No network here: TokenFetch asks. One thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "transports/http/answer_json.h"
#include "transports/http/options.h"

namespace tapferry {

class HttpAuthorization {
  public:
    using Time = std::chrono::steady_clock::time_point;

    explicit HttpAuthorization(const HttpServers& servers);

    // A token must be asked for before value() has one.
    [[nodiscard]] bool needs_token(Time now) const;
    // The body of the request for it; none: the secret cannot be read, and fault() says why.
    [[nodiscard]] std::optional<std::string> token_request();
    void take_token(const TokenAnswer& answer, Time now);

    // Empty: there is to be no such header. None: the file cannot be used, and fault() says why.
    [[nodiscard]] std::optional<std::string> value();
    [[nodiscard]] const std::string& fault() const { return fault_; }

    // Of what a server says, which may repeat whatever it was sent: our secrets, and what they are sent as,
    // blotted out. To be asked before refused(), which forgets some.
    [[nodiscard]] std::string without_secrets(std::string words) const;

    // What the server says of the last value(). Refused: files are read again, and a token that was asked for
    // is forgotten. True: the next one may be another.
    void accepted() { was_accepted_ = true; }
    [[nodiscard]] bool refused();

  private:
    [[nodiscard]] std::optional<std::string> secret();

    const HttpCredentials& credentials_;
    const std::vector<std::string> configured_;  // other secrets that servers see
    std::optional<std::string> from_file_;
    std::string token_;
    Time token_ends_{};
    bool token_is_fresh_ = false;  // not used yet: it is good for one request, however soon it ends
    bool was_accepted_ = false;
    std::string fault_;
};

}  // namespace tapferry
