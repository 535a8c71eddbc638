// Names what went wrong in TLS in people's words, from OpenSSL's errors, the peer's alerts and the first
// bytes that it sent. Used by TlsSession.
#pragma once

#include <string>
#include <string_view>

#include "transports/tls/session.h"

namespace tapferry {

// What is known of a connection beside the error.
struct TlsCircumstances {
    std::string min_version;       // "TLS 1.2"
    std::string_view first_bytes;  // of what the peer sent
    bool certificate_asked = false;
    bool has_certificate = false;
};

// `error`: of OpenSSL's queue.
TlsFailure failure_of(unsigned long error, const TlsCircumstances& circumstances);

}  // namespace tapferry
