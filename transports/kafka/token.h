// A bearer token as OAUTHBEARER takes it: the text, whose it is, and until when.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace tapferry {

struct BearerToken {
    std::string text;
    std::string principal;
    std::chrono::sys_time<std::chrono::milliseconds> expires;
};

// A JSON Web Token says in its claims "sub" and "exp" whose it is and until when. Any other is taken to be
// good for five more minutes, after which the file is read again.
BearerToken bearer_token(std::string_view text, std::chrono::sys_time<std::chrono::milliseconds> now);

}  // namespace tapferry
