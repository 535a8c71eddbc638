#include "agent/config/read_tcp.h"

#include <utility>

#include "agent/config/read_addresses.h"
#include "agent/config/read_tls.h"
#include "transports/gelf_chunks.h"

namespace tapferry {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t largest_datagram = 65507;
// Formats that say much say it in so many bytes.
constexpr std::size_t usual_long_event = 4096;

}  // namespace

StreamOptions read_stream(Section& section, std::vector<Address> addresses, DestinationConfig& destination,
                          bool always_tls) {
    StreamOptions options;
    options.addresses = std::move(addresses);
    options.replay_window = section.duration("replay_window", options.replay_window, 0ms, 60s);
    options.tls = read_tls(section, destination, always_tls);
    if (options.tls) check_tls_addresses(section, options.addresses);
    return options;
}

TransportOptions read_tcp(Section& section, DestinationConfig& destination) {
    StreamOptions options = read_stream(section, read_addresses(section), destination);
    options.framing = section.choice<Framing>(
        "framing", Framing::newline,
        {{"newline", Framing::newline}, {"nul", Framing::nul}, {"length", Framing::length_prefix}});
    return options;
}

DatagramOptions read_udp(Section& section, DestinationConfig& destination) {
    DatagramOptions options;
    options.address = read_address(section, "logs.example.com:5170");
    options.max_bytes = section.size("max_bytes", options.max_bytes, 512, largest_datagram);
    destination.max_record_bytes = options.max_bytes;
    return options;
}

void warn_of_short_datagrams(Section& section, const DestinationConfig& destination) {
    const bool long_events = std::holds_alternative<EcsOptions>(destination.format) ||
                             std::holds_alternative<OcsfOptions>(destination.format);
    const auto* datagrams = std::get_if<DatagramOptions>(&destination.transport);
    if (datagrams != nullptr && long_events && datagrams->max_bytes < usual_long_event)
        section.warn("max_bytes", "is " + std::to_string(datagrams->max_bytes) + ", and most events of \"" +
                                      destination.format_name +
                                      "\" are longer: those become dead letters; 8192 holds nearly all");
}

void fit_udp(Section& section, DestinationConfig& destination) {
    warn_of_short_datagrams(section, destination);
    if (!std::holds_alternative<GelfOptions>(destination.format)) return;
    auto& options = std::get<DatagramOptions>(destination.transport);
    if (options.max_bytes > GelfChunks::largest_datagram)
        section.fault("max_bytes", "must be at most 8192 with format = \"gelf\", whose chunks are no longer");
    options.gelf_chunks = true;
    destination.max_record_bytes = GelfChunks::longest_message(options.max_bytes);
}

}  // namespace tapferry
