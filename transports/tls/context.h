// The authorities, certificate and key that TlsOptions name, read into an SSL_CTX, and what is wrong with
// them. Used by TlsClient, and by the configuration's check.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "transports/tls/options.h"

struct ssl_ctx_st;

namespace tapferry {

struct FreeTlsContext {
    void operator()(ssl_ctx_st* context) const;
};
using TlsContext = std::unique_ptr<ssl_ctx_st, FreeTlsContext>;

struct TlsFault {
    std::string_view key;  // of the tls table: "ca", "certificate", "key"
    std::string words;     // with the file's name
};

struct LoadedTls {
    TlsContext context;            // usable when there are no faults; null: OpenSSL itself made none
    std::vector<TlsFault> faults;  // every one
    std::optional<std::chrono::sys_seconds> own_certificate_ends;
};

// Faults: a file that cannot be read, is not a regular file, or holds no certificate or key in PEM form; a
// certificate whose key or hash is too weak; a key under a password, or of another certificate.
LoadedTls load_tls(const TlsOptions& options);

// "sha256//BASE64", as curl and HPKP write it; none when it is not that.
std::optional<TlsPin> parse_tls_pin(std::string_view text);

}  // namespace tapferry
