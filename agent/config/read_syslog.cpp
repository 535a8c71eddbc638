#include "agent/config/read_syslog.h"

#include <utility>
#include <vector>

#include "agent/config/read_addresses.h"
#include "agent/config/read_syslog_header.h"
#include "agent/config/read_tcp.h"
#include "agent/config/read_tls.h"

namespace tapferry {

using namespace std::chrono_literals;

namespace {

enum class Over : std::uint8_t { udp, tcp, tls };

DatagramOptions read_datagrams(Section& section, const std::vector<Address>& addresses) {
    DatagramOptions options;
    for (const char* key : {"framing", "replay_window", "tls"}) {
        if (section.has(key)) section.fault(key, "does not apply to transport = \"udp\"");
        section.know(key);
    }
    if (addresses.size() > 1)
        section.fault("addresses", "only one address can be given with transport = \"udp\"");
    if (!addresses.empty()) options.address = addresses.front();
    return options;
}

// The socket of this host's own log, as "/dev/log".
bool is_local_log(const std::vector<Address>& addresses) {
    return addresses.size() == 1 && addresses.front().text.starts_with('/');
}

}  // namespace

TransportOptions read_syslog(Section& section, DestinationConfig& destination) {
    auto addresses = read_addresses(section);
    const bool local = is_local_log(addresses);
    const auto over = section.choice<Over>("transport", local ? Over::udp : Over::tcp,
                                           {{"udp", Over::udp}, {"tcp", Over::tcp}, {"tls", Over::tls}});
    const auto framing =
        section.choice<Framing>("framing", Framing::octet_counting,
                                {{"octet-counting", Framing::octet_counting}, {"newline", Framing::newline}});
    const bool udp = over == Over::udp;
    // A local socket knows no path with a smaller limit.
    const std::size_t max_bytes = destination.max_record_bytes =
        section.size("max_bytes", udp && !local ? 1400 : 8096, 1024, udp ? 65507 : 1 << 20);
    destination.syslog_header = read_syslog_header(section, local);
    if (udp) {
        DatagramOptions options = read_datagrams(section, addresses);
        options.max_bytes = max_bytes;
        return options;
    }
    StreamOptions options = read_stream(section, std::move(addresses), destination, over == Over::tls);
    options.framing = framing;
    return options;
}

void fit_syslog(Section& section, DestinationConfig& destination) {
    warn_of_short_datagrams(section, destination);
    fit_syslog_header(*destination.syslog_header, destination.format);
}

}  // namespace tapferry
