#include "agent/config/read_relp.h"

#include "agent/config/read_addresses.h"
#include "agent/config/read_syslog_header.h"
#include "agent/config/read_tls.h"

namespace tapferry {

RelpOptions read_relp(Section& section, DestinationConfig& destination) {
    RelpOptions options;
    options.addresses = read_addresses(section, "siem.example.com:2514");
    options.window = section.integer("window", options.window, 1, 65536);
    options.tls = read_tls(section, destination);
    if (options.tls) check_tls_addresses(section, options.addresses);
    destination.max_record_bytes = section.size("max_bytes", 8096, 1024, 1 << 20);
    destination.syslog_header = read_syslog_header(section, false);
    return options;
}

}  // namespace tapferry
