// Certificates and keys for the tests of TLS, made on the spot: good ones, and ones with a fault each.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/temporary_folder.h"
#include "transports/tls/options.h"

struct evp_pkey_st;
struct x509_st;

namespace tapferry {

struct CertificateWish {
    std::string owner = "localhost";
    std::vector<std::string> names{"DNS:localhost", "IP:127.0.0.1"};
    std::chrono::hours begins{-1};  // from now
    std::chrono::hours ends{24 * 365};
    bool is_authority = false;
    unsigned rsa_bits = 0;  // 0: an elliptic curve
};

// A certificate with its key, both also as files NAME.crt and NAME.key.
class Certificate {
  public:
    // Signed by `issuer`; null: by itself. `folder` outlives it.
    Certificate(const TemporaryFolder& folder, const std::string& name, const CertificateWish& wish,
                const Certificate* issuer);

    [[nodiscard]] const std::string& file() const { return file_; }
    [[nodiscard]] const std::string& key_file() const { return key_file_; }
    [[nodiscard]] x509_st* get() const { return certificate_.get(); }
    [[nodiscard]] evp_pkey_st* key() const { return key_.get(); }
    // The SHA-256 of its public key.
    [[nodiscard]] TlsPin key_digest() const;
    [[nodiscard]] std::string pem() const;
    [[nodiscard]] std::string key_pem() const;
    // The key, under a password.
    [[nodiscard]] std::string locked_key_pem(const std::string& password) const;

  private:
    std::shared_ptr<evp_pkey_st> key_;
    std::shared_ptr<x509_st> certificate_;
    std::string file_;
    std::string key_file_;
};

}  // namespace tapferry
