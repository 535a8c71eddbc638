#include "agent/config/read_tls.h"

#include <chrono>
#include <utility>

#include "agent/config/list_file.h"
#include "agent/config/read_secret.h"
#include "transports/tls/certificate.h"
#include "transports/tls/context.h"

namespace tapferry {

namespace {

void read_pins(Section& table, TlsOptions& options) {
    for (const auto& text : table.one_or_more("pin").value_or(std::vector<std::string>{})) {
        if (const auto pin = parse_tls_pin(text))
            options.pins.push_back(*pin);
        else
            table.fault("pin", "\"" + text +
                                   "\" is not \"sha256//\" and the SHA-256 of a public key in base64 (44 "
                                   "characters)");
    }
}

void read_verification(Section& table, TlsOptions& options) {
    options.verify = table.flag("verify", true);
    const bool insecure = table.flag("insecure", false);
    if (options.verify && insecure) table.fault("insecure", "changes nothing without verify = false");
    if (options.verify) return;
    if (!insecure)
        table.fault("verify",
                    "= false lets anybody pose as the receiver; when that is what you want, set insecure = "
                    "true beside it");
    else
        table.warn("verify", "the receiver's certificate is not verified: anybody may pose as it");
}

void check_files(Section& table, const TlsOptions& options, DestinationConfig& destination) {
    const LoadedTls loaded = load_tls(options);
    for (const auto& fault : loaded.faults) table.fault(fault.key, fault.words);
    // The key may stand beside the certificate.
    const bool apart = !options.key_file.empty();
    if (!options.certificate_file.empty())
        check_is_private(table, apart ? "key" : "certificate",
                         apart ? options.key_file : options.certificate_file);
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    if (loaded.own_certificate_ends && *loaded.own_certificate_ends < now)
        table.warn("certificate",
                   options.certificate_file + " expired on " + day_of(*loaded.own_certificate_ends));
    for (const auto& path : {options.ca_file, options.certificate_file, options.key_file})
        if (!path.empty()) note_named_file(path, destination);
}

// `wanted`: whether TLS is on, so that its files count.
TlsOptions read_table(Section& table, DestinationConfig& destination, bool wanted) {
    TlsOptions options;
    options.ca_file = table.text("ca", "");
    options.certificate_file = table.text("certificate", "");
    options.key_file = table.text("key", "");
    options.min_version = table.choice<TlsOptions::MinVersion>(
        "min_version", options.min_version,
        {{"1.2", TlsOptions::MinVersion::tls12}, {"1.3", TlsOptions::MinVersion::tls13}});
    options.server_name = table.text("server_name", "");
    read_pins(table, options);
    read_verification(table, options);
    if (!options.key_file.empty() && options.certificate_file.empty())
        table.fault("key", "belongs to a \"certificate\", which is not given");
    else if (wanted)
        check_files(table, options, destination);
    return options;
}

}  // namespace

std::optional<TlsOptions> read_tls(Section& section, DestinationConfig& destination, bool always) {
    if (section.has_flag("tls")) {
        const bool wanted = section.flag("tls", always);
        if (always && !wanted) section.fault("tls", "= false contradicts transport = \"tls\"");
        if (!wanted) return std::nullopt;
        return TlsOptions{};
    }
    const bool wanted = always || section.has("tls");
    Section table = section.table("tls");
    TlsOptions options = read_table(table, destination, wanted);
    table.finish();
    if (!wanted) return std::nullopt;
    return options;
}

void check_tls_addresses(Section& section, const std::vector<Address>& addresses) {
    for (const auto& address : addresses) {
        if (!address.unix_path.empty())
            section.fault("tls", "does not go with " + address.text + ": a unix socket stays on this host");
    }
}

}  // namespace tapferry
