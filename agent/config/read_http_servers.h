// The keys that every destination over HTTP has: where its servers are, how they are reached, and who we are
// to them. Used by the readers of those types.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "agent/config/config.h"
#include "agent/config/section.h"
#include "transports/http/options.h"

namespace tapferry {

// "url" or "urls", "headers", "proxy", "tls", "compression", "connections", "timeout". `example`: of a URL.
HttpServers read_http_servers(Section& section, DestinationConfig& destination, std::string_view example,
                              Compression compression);

// A secret by its key, or in the file that its twin "KEY_file" names; goes into the credentials. False:
// neither is there.
bool read_http_secret(Section& section, std::string_view key, DestinationConfig& destination,
                      HttpCredentials& credentials);
// "username" with "password", and one of the tokens, each with the scheme of its header: one way alone, or
// none.
struct HttpTokenKey {
    std::string_view key;
    std::string_view scheme;
};
void read_http_login(Section& section, DestinationConfig& destination, HttpServers& servers,
                     std::initializer_list<HttpTokenKey> tokens);

// What is sent where everybody on the way can read it.
void warn_of_plain_http(Section& section, const HttpServers& servers);

// For people: "https://splunk.example.com:8088, …".
std::string where_http(const HttpServers& servers);

}  // namespace tapferry
