#include "agent/config/read_privacy.h"

#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <variant>

#include "agent/config/list_file.h"

namespace tapferry {

namespace {

using Client = PrivacyOptions::Client;

constexpr std::size_t most_key_bytes =
    128;  // 64 hex digits and a line's end, and some to see that it is more

// 32 bytes as they are, or 64 hex digits.
std::optional<PrivacyKey> parse_key(std::string_view bytes) {
    PrivacyKey key{};
    if (bytes.size() == key.size()) {
        std::copy(bytes.begin(), bytes.end(), key.begin());
        return key;
    }
    bytes = bytes.substr(0, bytes.find_last_not_of(" \r\n") + 1);
    if (bytes.size() != 2 * key.size()) return std::nullopt;
    for (std::size_t i = 0; i < key.size(); ++i) {
        const char* const digits = bytes.data() + 2 * i;
        const auto [end, error] = std::from_chars(digits, digits + 2, key[i], 16);
        if (error != std::errc{} || end != digits + 2) return std::nullopt;
    }
    return key;
}

// Whoever has the key can undo what it hides.
bool is_for_everybody(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 && (status.st_mode & S_IRWXO) != 0;
}

void read_key(Section& privacy, const std::string& path, DestinationConfig& destination) {
    const auto bytes = read_named_file(privacy, "key_file", path, most_key_bytes, destination);
    if (!bytes) return;
    if (is_for_everybody(path))
        privacy.fault("key_file", path + " may be read or written by everybody on this host; chmod o= it");
    if (const auto key = parse_key(*bytes))
        destination.stages.privacy.key = *key;
    else
        privacy.fault("key_file", path + " must hold 32 bytes, or 64 hex digits");
}

}  // namespace

void read_privacy(Section privacy, DestinationConfig& destination) {
    PrivacyOptions& options = destination.stages.privacy;
    options.client = privacy.choice<Client>("client", Client::keep,
                                            {{"keep", Client::keep},
                                             {"mask", Client::mask},
                                             {"cryptopan", Client::cryptopan},
                                             {"hmac", Client::hmac},
                                             {"drop", Client::drop}});
    options.ipv4_prefix =
        static_cast<std::uint8_t>(privacy.integer("ipv4_prefix", options.ipv4_prefix, 0, 32));
    options.ipv6_prefix =
        static_cast<std::uint8_t>(privacy.integer("ipv6_prefix", options.ipv6_prefix, 0, 128));
    for (const auto* key : {"ipv4_prefix", "ipv6_prefix"})
        if (privacy.has(key) && options.client != Client::mask && options.client != Client::keep)
            privacy.fault(key, "goes with client = \"mask\"");
    const bool needs_key = options.client == Client::cryptopan || options.client == Client::hmac;
    const std::string key_file = privacy.text("key_file", "");
    if (needs_key && key_file.empty())
        privacy.fault("key_file",
                      "is missing: a file of 32 random bytes, for example key_file = "
                      "\"/etc/tapferry/privacy.key\"");
    else if (!needs_key && !key_file.empty())
        privacy.fault("key_file", "goes with client = \"cryptopan\" or \"hmac\"");
    else if (needs_key)
        read_key(privacy, key_file, destination);
    const bool passes_frame_on = destination.format_name == "dnstap" || destination.format_name == "hex";
    if (options.client != Client::keep && passes_frame_on)
        privacy.fault("client", "cannot be hidden in format \"" + destination.format_name +
                                    "\", which passes on each frame as the server sent it");
    // The client subnet of EDNS stands in those bytes.
    const auto* json = std::get_if<JsonOptions>(&destination.format);
    if (options.client != Client::keep && json != nullptr && json->raw)
        privacy.fault("client", "cannot be hidden with json.raw, which passes on bytes of messages");
    privacy.finish();
}

}  // namespace tapferry
