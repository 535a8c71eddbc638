#include "transports/tls/failure.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "transports/quoting.h"

namespace tapferry {
namespace {

// The first byte of a TLS record: handshake, alert, and those that come later.
bool begins_like_tls(std::string_view bytes) {
    return !bytes.empty() && bytes.front() >= 0x14 && bytes.front() <= 0x17;
}

bool is_about_certificates(int alert) {
    switch (alert) {
        case SSL_AD_BAD_CERTIFICATE:
        case SSL_AD_UNSUPPORTED_CERTIFICATE:
        case SSL_AD_CERTIFICATE_REVOKED:
        case SSL_AD_CERTIFICATE_EXPIRED:
        case SSL_AD_CERTIFICATE_UNKNOWN:
        case SSL_AD_UNKNOWN_CA:
        case SSL_AD_ACCESS_DENIED:
        case SSL_AD_CERTIFICATE_REQUIRED:
            return true;
        default:
            return false;
    }
}

// (it says "unknown CA")
std::string words_of_alert(int alert) {
    // OpenSSL 3.0 has no words for this one, which servers of TLS 1.3 send.
    const std::string_view words =
        alert == SSL_AD_CERTIFICATE_REQUIRED ? "certificate required" : SSL_alert_desc_string_long(alert);
    if (words == "unknown") return " (it sends alert " + std::to_string(alert) + ")";
    return " (it says " + quoted(words) + ")";
}

TlsFailure failure_of_alert(int alert, const TlsCircumstances& circumstances) {
    const std::string said = words_of_alert(alert);
    const bool about_ours = circumstances.certificate_asked &&
                            (is_about_certificates(alert) || alert == SSL_AD_HANDSHAKE_FAILURE);
    if (about_ours && !circumstances.has_certificate)
        return {"it asks for a client certificate, and none is configured" + said, true};
    if (about_ours) return {"it does not accept our client certificate" + said, true};
    if (alert == SSL_AD_PROTOCOL_VERSION) {
        return {"it speaks no version of TLS that is allowed here, " + circumstances.min_version +
                    " or newer" + said,
                true};
    }
    const bool final = is_about_certificates(alert) || alert == SSL_AD_HANDSHAKE_FAILURE ||
                       alert == SSL_AD_INSUFFICIENT_SECURITY || alert == SSL_AD_UNRECOGNIZED_NAME;
    return {"it refuses" + said, final};
}

}  // namespace

TlsFailure failure_of(unsigned long error, const TlsCircumstances& circumstances) {
    const int reason = ERR_GET_REASON(error);
    if (!circumstances.first_bytes.empty() && !begins_like_tls(circumstances.first_bytes)) {
        return {"it does not speak TLS: it sends " + quoted(circumstances.first_bytes), true};
    }
    if (ERR_GET_LIB(error) == ERR_LIB_SSL && reason > SSL_AD_REASON_OFFSET)
        return failure_of_alert(reason - SSL_AD_REASON_OFFSET, circumstances);
    switch (reason) {
        case SSL_R_UNSUPPORTED_PROTOCOL:
        case SSL_R_WRONG_SSL_VERSION:
        case SSL_R_VERSION_TOO_LOW:
            return {"it speaks no version of TLS that is allowed here, " + circumstances.min_version +
                        " or newer",
                    true};
        case SSL_R_DH_KEY_TOO_SMALL:
        case SSL_R_EE_KEY_TOO_SMALL:
        case SSL_R_CA_KEY_TOO_SMALL:
        case SSL_R_CA_MD_TOO_WEAK:
            return {"the keys that it offers are too weak", true};
        default:
            break;
    }
    const char* words = ERR_reason_error_string(error);
    return {words == nullptr ? "it broke the protocol" : std::string("it broke the protocol: ") + words,
            false};
}

}  // namespace tapferry
