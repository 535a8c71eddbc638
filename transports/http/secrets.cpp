#include "transports/http/secrets.h"

#include <algorithm>
#include <initializer_list>

#include "transports/http/request.h"

namespace tapferry {

bool names_a_secret(std::string_view header) {
    std::string name(header);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    const std::initializer_list<std::string_view> words{"auth",   "key",    "token",    "secret",
                                                        "passwd", "cookie", "password", "signature"};
    return std::any_of(words.begin(), words.end(),
                       [&name](std::string_view word) { return name.find(word) != std::string::npos; });
}

std::vector<std::string> configured_secrets(const HttpServers& servers) {
    std::vector<std::string> secrets;
    for (const auto& [name, value] : servers.headers)
        if (names_a_secret(name)) secrets.push_back(value);
    if (servers.proxy && !servers.proxy->user_info.empty()) {
        const std::string& user = servers.proxy->user_info;
        secrets.push_back(user.substr(user.find(':') + 1));
        const std::string basic = basic_credentials(user);
        secrets.push_back(basic.substr(basic.find(' ') + 1));
    }
    return secrets;
}

}  // namespace tapferry
