// How HTTP destinations reach their servers, and what the destination type http sends. Finished and checked.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "encoders/records.h"
#include "transports/compression.h"
#include "transports/http/url.h"
#include "transports/tls/options.h"

namespace tapferry {

// Who we are to the server. A file is read at the first request, and again when the server refuses what it
// held.
struct HttpCredentials {
    enum class Kind : std::uint8_t {
        none,
        basic,   // name and secret (RFC 7617)
        token,   // "SCHEME SECRET", as Bearer (RFC 6750)
        oauth2,  // a bearer token that is asked for with an id and a secret (RFC 6749, section 4.4)
    } kind = Kind::none;
    std::string name = {};         // of the user, or the client's id
    std::string secret = {};       // empty: it stands in secret_file
    std::string secret_file = {};  // read without white space around it
    std::string scheme = "Bearer";
    // oauth2:
    Url token_url = {};
    std::string scope = {};
};

// What all HTTP destinations share.
struct HttpServers {
    std::vector<Url> urls;  // at least one: connections are shared out, and go to the next when one fails
    std::vector<std::pair<std::string, std::string>> headers;  // sent along
    HttpCredentials credentials;
    std::optional<Url> proxy;
    std::optional<TlsOptions> tls;  // for the URLs that are https
    Compression compression = Compression::none;
    std::size_t connections = 2;
    std::chrono::milliseconds connect_timeout{10000};
    // How long the server may take none of a request's bytes, and then for the whole answer.
    std::chrono::milliseconds timeout{60000};
    // So old a connection is made anew, so that load follows changes of names.
    std::chrono::milliseconds reopen_after{60000};
};

// Destination type http. Accepted means: the server answered with a status that says so.
struct HttpOptions {
    HttpServers servers;
    std::string method = "POST";
    std::string content_type;
    bool one_record_each = false;  // a request
    std::string prefix;            // of a body: prefix, records with separators between, suffix
    std::string separator;
    std::string suffix;
    // Statuses that mean something else than usual.
    std::vector<unsigned> accept;
    std::vector<unsigned> refuse;
    std::vector<unsigned> retry;
    Framing framing = Framing::none;
};

}  // namespace tapferry
