#include "proto/edns.h"

#include <algorithm>
#include <utility>

#include "proto/malformed.h"
#include "proto/wire_bytes.h"

namespace tapferry::dns {
namespace {

// Registry "DNS EDNS0 Option Codes (OPT)" of IANA.
enum OptionCode : std::uint16_t {
    nsid = 3,
    client_subnet = 8,
    cookie = 10,
    padding = 12,
    extended_error = 15
};

// A server sends one or two; more than these are nobody's news.
constexpr std::size_t max_extended_errors = 64;

// RFC 7871, section 6: exactly as many octets of address as the source prefix needs.
void read_client_subnet(Wire option, Edns& edns) {
    if (option.size() < 4) return;
    const std::uint16_t family = read_u16(option.data());
    const std::uint8_t source = option[2];
    const std::uint8_t scope = option[3];
    if (family != 1 && family != 2) return;
    const unsigned address_bits = family == 1 ? 32 : 128;
    if (source > address_bits || scope > address_bits) return;
    const Wire address = option.subspan(4);
    if (address.size() != (source + 7u) / 8) return;

    edns.has_client_subnet = true;
    edns.client_subnet_family = static_cast<std::uint8_t>(family);
    edns.client_subnet_source_prefix = source;
    edns.client_subnet_scope_prefix = scope;
    std::fill(std::begin(edns.client_subnet_address), std::end(edns.client_subnet_address), std::uint8_t{0});
    std::copy(address.begin(), address.end(), edns.client_subnet_address);
    if (const unsigned odd_bits = source % 8; odd_bits != 0) {
        auto& last = edns.client_subnet_address[address.size() - 1];
        last = static_cast<std::uint8_t>(last & 0xFF << (8 - odd_bits));
    }
}

void read_option(std::uint16_t code, Wire option, Edns& edns) {
    switch (code) {
        case nsid:
            edns.has_nsid = true;
            edns.nsid = as_text(option);
            break;
        case client_subnet:
            read_client_subnet(option, edns);
            break;
        case cookie:
            edns.has_cookie = true;
            edns.cookie_length = static_cast<std::uint16_t>(option.size());
            break;
        case padding:
            edns.has_padding = true;
            edns.padding_length = static_cast<std::uint16_t>(option.size());
            break;
        case extended_error:
            if (option.size() >= 2 && edns.errors.size() < max_extended_errors)
                edns.errors.push_back({read_u16(option.data()), as_text(option.subspan(2))});
            break;
        default:
            ++edns.other_options;
            break;
    }
}

}  // namespace

bool has_edns_field(std::uint16_t code) {
    return code == nsid || code == client_subnet || code == cookie || code == padding ||
           code == extended_error;
}

const char* read_edns_options(Wire options, Edns& edns) {
    edns.options = options;
    while (!options.empty()) {
        if (options.size() < 4) return malformed_reason("EDNS option breaks off");
        const std::size_t length = read_u16(options.data() + 2);
        if (options.size() - 4 < length) return malformed_reason("EDNS option breaks off");
        read_option(read_u16(options.data()), options.subspan(4, length), edns);
        options = options.subspan(4 + length);
    }
    return nullptr;
}

void Edns::clear() {
    auto kept = std::move(errors);
    kept.clear();
    *this = Edns{};
    errors = std::move(kept);
}

}  // namespace tapferry::dns
