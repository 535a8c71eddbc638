// What a server answered to a request, as far as anybody asks. All of it is hostile.
#pragma once

#include <chrono>
#include <string>

namespace tapferry {

struct ServerAnswer {
    unsigned status = 0;
    std::string body;
    std::string content_type;
    std::string cookies;  // "name=value; name=value", to be sent back; empty: none are set
    // From now on, where it gave a date too; at most 7 days. 0: it does not say.
    std::chrono::seconds retry_after{};
    bool keeps_open = false;  // another request may follow on the connection

    [[nodiscard]] bool is_success() const { return status / 100 == 2; }
};

}  // namespace tapferry
