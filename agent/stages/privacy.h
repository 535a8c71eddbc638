// Hides who asked: changes the client's address and the client subnet of EDNS, before any format sees them.
// Owned by Stages.
#pragma once

#include <cstdint>
#include <memory>

#include "agent/stages/address_cache.h"
#include "agent/stages/privacy_cipher.h"
#include "proto/event.h"

namespace tapferry {

struct PrivacyOptions {
    enum class Client : std::uint8_t {
        keep,
        mask,       // the bits behind the prefix become 0
        cryptopan,  // another address; what shared a prefix shares one of the same length
        hmac,       // an address in fd00::/8 that says nothing of the first
        drop,
    };
    Client client = Client::keep;
    std::uint8_t ipv4_prefix = 24;  // of mask: 0 to 32
    std::uint8_t ipv6_prefix = 48;  // of mask: 0 to 128
    PrivacyKey key{};               // of cryptopan and hmac
};

class Privacy {
  public:
    explicit Privacy(const PrivacyOptions& options);

    // Of the messages between a client and its server the one who asked; of every message the client subnet,
    // and the policy that named a client's address. OPT records at odd places and the frame itself, which has
    // it all, go; with `drop` also `extra`, which may hold anything.
    void apply(Event& event);

  private:
    void hide_address(Event& event);
    void hide_subnet(dns::Edns& edns);
    [[nodiscard]] IpAddress hidden(const IpAddress& address);

    PrivacyOptions options_;
    std::unique_ptr<PrivacyCipher> cipher_;
    AddressCache<IpAddress> known_;
};

}  // namespace tapferry
