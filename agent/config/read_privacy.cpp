#include "agent/config/read_privacy.h"

#include <algorithm>
#include <charconv>

#include "agent/config/list_file.h"
#include "agent/config/read_secret.h"
#include "encoders/make_encoder.h"

namespace tapferry {

namespace {

using Client = PrivacyOptions::Client;

// 64 hex digits and a line's end, and some to see that it is more.
constexpr std::size_t most_key_bytes = 128;

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

void read_key(Section& privacy, const std::string& path, DestinationConfig& destination) {
    const auto bytes = read_named_file(privacy, "key_file", path, most_key_bytes, destination);
    if (!bytes) return;
    check_is_private(privacy, "key_file", path);  // whoever has the key can undo what it hides
    if (const auto key = parse_key(*bytes))
        destination.stages.privacy.key = *key;
    else
        privacy.fault("key_file", path + " must hold 32 bytes, or 64 hex digits");
}

// What a format takes from the frame itself is not hidden.
void check_format(Section& privacy, const DestinationConfig& destination) {
    if (passes_frame_on(destination.format))
        privacy.fault("client", "cannot be hidden in format \"" + destination.format_name +
                                    "\", which passes on each frame as the server sent it");
    const auto* json = std::get_if<JsonOptions>(&destination.format);
    if (json != nullptr && json->raw)
        privacy.fault("client", "cannot be hidden with json.raw = true, which shows messages as they came");
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
    if (options.client != Client::keep) check_format(privacy, destination);
    privacy.finish();
}

}  // namespace tapferry
