// What certificates say, as texts and times that can be shown to people whatever stands in them. Beside the
// other tls_*.cpp the door of OpenSSL. Any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "transports/tls/options.h"

struct x509_st;
struct x509_store_ctx_st;
struct x509_name_st;

namespace tapferry {

std::chrono::sys_seconds first_second(const x509_st* certificate);
std::chrono::sys_seconds last_second(const x509_st* certificate);
// "2026-11-27"
std::string day_of(std::chrono::sys_seconds time);

// Whom it is for: the common name, or the first of its alternative names.
std::string owner_of(const x509_st* certificate);
std::string issuer_of(const x509_st* certificate);

std::optional<TlsPin> pin_of(const x509_st* certificate);

// What is wrong with the certificate that a verification has just refused. `wanted`: the name that it should
// have; `trusted`: where the authorities stand.
std::string words_of_refusal(x509_store_ctx_st* verification, const std::string& wanted,
                             const std::string& trusted);
// The same of a verification that is somebody else's: the certificate (null: none is known), OpenSSL's error,
// and how far from the far side's own certificate it stands.
struct RefusedCertificate {
    const x509_st* certificate = nullptr;
    int error = 0;
    int depth = 0;
};
std::string words_of_refusal(const RefusedCertificate& refused, const std::string& wanted,
                             const std::string& trusted);

// A certificate in DER; null: it is none.
struct FreeCertificate {
    void operator()(x509_st* certificate) const;
};
using ReadCertificate = std::unique_ptr<x509_st, FreeCertificate>;
ReadCertificate read_certificate(std::string_view der);

}  // namespace tapferry
