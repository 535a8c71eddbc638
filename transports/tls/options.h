// How a transport speaks TLS, finished and checked: part of the options of every transport that makes
// connections.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace tapferry {

// SHA-256 of a public key as it stands in certificates (SubjectPublicKeyInfo).
using TlsPin = std::array<std::uint8_t, 32>;

// Files are read when a connection is made, and again when they have changed since.
struct TlsOptions {
    enum class MinVersion : std::uint8_t { tls12, tls13 };

    std::string ca_file;           // whom to trust; empty: the authorities of the system
    std::string certificate_file;  // ours, for far sides that ask, its intermediates behind it; empty: none
    std::string key_file;          // empty: the key stands in certificate_file
    MinVersion min_version = MinVersion::tls12;
    std::string server_name;   // whom to ask for, and whose name the certificate must have; empty: the host
    std::vector<TlsPin> pins;  // beside all else the certificate's key must be one of them; empty: any
    bool verify = true;        // chain and name of the far side's certificate
};

}  // namespace tapferry
