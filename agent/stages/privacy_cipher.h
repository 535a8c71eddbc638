// Addresses into other addresses under a key. privacy_cipher.cpp is the door of OpenSSL. Not thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "proto/event.h"

namespace tapferry {

using PrivacyKey = std::array<std::uint8_t, 32>;

class PrivacyCipher {
  public:
    virtual ~PrivacyCipher() = default;
    // `address` is present, and so is what it becomes.
    virtual IpAddress hide(const IpAddress& address) = 0;
};

// Crypto-PAn (Xu, Fan, Ammar, Moon 2002) with AES-128: two addresses that share a prefix become two that
// share one of the same length. IPv4 stays IPv4, IPv6 stays IPv6.
std::unique_ptr<PrivacyCipher> make_cryptopan(const PrivacyKey& key);

// fd and the first 15 octets of HMAC-SHA-256 over the 4 or 16 octets of the address: a unique local address
// (RFC 4193), so that it is an address wherever one is expected.
std::unique_ptr<PrivacyCipher> make_address_hmac(const PrivacyKey& key);

}  // namespace tapferry
