#include "agent/stages/privacy.h"

#include <algorithm>
#include <cstring>

#include "agent/stages/networks.h"
#include "encoders/record_address.h"
#include "proto/record_types.h"

namespace tapferry {

namespace {

using Client = PrivacyOptions::Client;

constexpr unsigned places_log2 = 12;

// A resolver's and a forwarder's own queries tell their own address; all others may tell a client's.
bool tells_a_client(const Event& event) {
    return event.kind == EventKind::new_domain || !goes_upstream(event.type);
}

// OPT records that a message must not have (RFC 6891, section 6.1.1: one, among the additional records): the
// formats would show their bytes as they came, and what stands in them may be a client's subnet.
void remove_odd_opt_records(dns::Message& message) {
    const auto is_opt = [](const dns::ResourceRecord& record) { return record.type == dns::type_opt; };
    for (auto* section : {&message.answers, &message.authority, &message.additional})
        std::erase_if(*section, is_opt);
}

IpAddress masked(IpAddress address, unsigned prefix) {
    for (unsigned i = 0; i < address.size; ++i) {
        address.bytes[i] = static_cast<std::uint8_t>(address.bytes[i] & ~host_bits(i, prefix));
    }
    return address;
}

std::unique_ptr<PrivacyCipher> make_cipher(const PrivacyOptions& options) {
    if (options.client == Client::cryptopan) return make_cryptopan(options.key);
    if (options.client == Client::hmac) return make_address_hmac(options.key);
    return nullptr;
}

}  // namespace

Privacy::Privacy(const PrivacyOptions& options)
    : options_(options), cipher_(make_cipher(options)), known_(cipher_ ? places_log2 : 1) {}

IpAddress Privacy::hidden(const IpAddress& address) {
    if (options_.client == Client::mask)
        return masked(address, address.is_v6() ? options_.ipv6_prefix : options_.ipv4_prefix);
    return known_.get(address, [&](const IpAddress& one) { return cipher_->hide(one); });
}

void Privacy::apply(Event& event) {
    if (options_.client == Client::keep) return;
    if (tells_a_client(event)) hide_address(event);
    if (event.dns.edns.has_client_subnet) hide_subnet(event.dns.edns);
    if (event.policy.match == PolicyMatch::client_ip) event.policy.rule = event.policy.value = {};
    if (options_.client == Client::drop) event.extra = {};
    remove_odd_opt_records(event.dns);
    // Forwarders put there who asked them: a MAC address in 65001, an address in 20292.
    event.dns.edns.other_options = 0;
    event.dns.edns.options = {};
    event.frame = {};
}

void Privacy::hide_address(Event& event) {
    if (options_.client == Client::drop)
        event.query = {};
    else if (event.query.address.present())
        event.query.address = hidden(event.query.address);
}

// Of a subnet no more bits are known than its prefix says, before and after.
void Privacy::hide_subnet(dns::Edns& edns) {
    if (options_.client == Client::drop) {
        edns.has_client_subnet = false;
        std::fill(std::begin(edns.client_subnet_address), std::end(edns.client_subnet_address),
                  std::uint8_t{0});
        return;
    }
    const unsigned known = edns.client_subnet_source_prefix;
    IpAddress address = masked(client_subnet_address(edns), known);
    if (known != 0) address = hidden(address);  // a client that gave no bit of it has hidden itself
    if (options_.client == Client::hmac && known != 0) {
        edns.client_subnet_family = 2;
        edns.client_subnet_source_prefix = 128;
        edns.client_subnet_scope_prefix = 0;
    } else if (options_.client == Client::mask) {
        const auto most = address.is_v6() ? options_.ipv6_prefix : options_.ipv4_prefix;
        edns.client_subnet_source_prefix = std::min(edns.client_subnet_source_prefix, most);
    } else {
        address = masked(address, known);
    }
    std::fill(std::begin(edns.client_subnet_address), std::end(edns.client_subnet_address), std::uint8_t{0});
    std::memcpy(edns.client_subnet_address, address.bytes.data(), address.size);
}

}  // namespace tapferry
