#include "agent/config/read_fluent.h"

#include <algorithm>

#include "agent/config/host_name.h"
#include "agent/config/read_addresses.h"
#include "agent/config/read_secret.h"
#include "agent/config/read_tls.h"
#include "proto/characters.h"

namespace tapferry {
namespace {

using namespace std::chrono_literals;

std::string read_tag(Section& section, const std::string& otherwise) {
    std::string tag = section.text("tag", otherwise);
    if (tag.empty() || tag.size() > 255 ||
        !std::all_of(tag.begin(), tag.end(), [](char c) { return is_printable(c) && c != ' '; }))
        section.fault("tag", "must be 1 to 255 printable ASCII characters without spaces");
    return tag;
}

}  // namespace

FluentOptions read_fluent(Section& section, DestinationConfig& destination) {
    FluentOptions options;
    options.addresses = read_addresses(section, "fluentd.example.com:24224");
    options.tls = read_tls(section, destination);
    if (options.tls) check_tls_addresses(section, options.addresses);
    options.tag = read_tag(section, options.tag);
    options.hostname = own_host_name("tapferry");
    options.shared_key = read_secret(section, "shared_key", destination).text;
    options.username = section.text("username", "");
    options.password = read_secret(section, "password", destination).text;
    if (!options.username.empty() && options.shared_key.empty())
        section.fault("username", "goes with a shared_key only");
    if (options.username.empty() != options.password.empty())
        section.fault("username", "and \"password\" go together");
    options.acknowledgement = section.flag("acknowledgement", options.acknowledgement);
    options.replay_window = section.duration("replay_window", options.replay_window, 0ms, 60s);
    if (options.acknowledgement && section.has("replay_window"))
        section.warn("replay_window", "has no effect with acknowledgement");
    return options;
}

}  // namespace tapferry
