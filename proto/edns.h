// Reads the options of an OPT record (RFC 6891), and finds those again that Edns has no field for. Used by
// Message::parse() and by the encoders that show them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "proto/dns_message.h"
#include "proto/wire_bytes.h"

namespace tapferry::dns {

// Adds what `options`, the RDATA of an OPT record, says to `edns`. An option whose content is unsound is left
// out; returns why reading stopped early, or nullptr.
const char* read_edns_options(Wire options, Edns& edns);
// Whether Edns has a field for options of this code.
bool has_edns_field(std::uint16_t code);

// `take` for each option that has none, with its code and its octets, at most `most` of them.
template <typename Take>
void each_other_option(const Edns& edns, std::size_t most, Take take) {
    Wire left = edns.other_options == 0 ? Wire{} : edns.options;
    while (left.size() >= 4 && most != 0) {
        const std::uint16_t code = read_u16(left.data());
        const std::size_t length = read_u16(left.data() + 2);
        if (left.size() - 4 < length) return;  // it breaks off, and was told as malformed
        if (!has_edns_field(code)) {
            take(code, left.subspan(4, length));
            --most;
        }
        left = left.subspan(4 + length);
    }
}

}  // namespace tapferry::dns
