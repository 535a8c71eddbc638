#include "agent/config/read_dnstap.h"

#include "agent/config/read_addresses.h"
#include "agent/config/read_tcp.h"

namespace tapferry {

TransportOptions read_dnstap(Section& section, DestinationConfig& destination) {
    StreamOptions options =
        read_stream(section, read_addresses(section, "collector.example.com:6000"), destination);
    options.framing = Framing::frame_streams;
    return options;
}

void fit_dnstap(Section& section, DestinationConfig& destination) {
    const bool carry_id = section.flag("carry_id", false);
    if (auto* options = std::get_if<DnstapOptions>(&destination.format)) options->carry_id = carry_id;
}

}  // namespace tapferry
