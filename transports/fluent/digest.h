// The digests by which a sender and a receiver show each other that they know the same key (Forward Protocol
// Specification v1, "PING" and "PONG"), each SHA-512 of these pieces in this order, in hex digits:
//
//   of the sender     its own salt, its host name, the receiver's nonce, the key
//   of the receiver   the sender's salt, the receiver's host name, its nonce, the key
//   of the password   the receiver's salt ("auth"), the user name, the password
//
// Door of OpenSSL, beside tls/.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace tapferry {

// Of the pieces one behind the other.
std::string fluent_digest(std::initializer_list<std::string_view> pieces);
// 16 random bytes, in hex digits.
std::string fluent_salt();
// Whether they are equal, in a time that does not tell where they differ.
bool same_digest(std::string_view one, std::string_view other);

}  // namespace tapferry
