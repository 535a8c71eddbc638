#include "agent/config/read_addresses.h"

#include <sys/un.h>

#include <optional>
#include <string>
#include <utility>

namespace tapferry {

namespace {

std::optional<Address> address_of(const std::string& text) {
    if (!text.starts_with('/')) return parse_address(text);
    auto address = parse_address("unix:" + text);
    if (address) address->text = text;
    return address;
}

// Why nothing can ever be sent there; empty: nothing is known against it.
std::string_view fault_of(const std::optional<Address>& address) {
    if (!address) return " is not \"host:port\", \"[IPv6]:port\" or \"unix:/path\"";
    if (address->unix_path.size() >= sizeof(sockaddr_un::sun_path))
        return " is too long: a socket's path has at most 107 characters";
    if (address->unix_path.empty() && address->port == 0) return " has port 0, on which nobody can listen";
    return "";
}

std::vector<Address> addresses_of(Section& section, std::string_view key,
                                  const std::vector<std::string>& texts) {
    std::vector<Address> addresses;
    for (const auto& text : texts) {
        auto address = address_of(text);
        if (const auto fault = fault_of(address); !fault.empty())
            section.fault(key, "\"" + text + "\"" + std::string{fault});
        else
            addresses.push_back(std::move(*address));
    }
    return addresses;
}

}  // namespace

std::vector<Address> read_addresses(Section& section, std::string_view example) {
    const bool several = section.has("addresses");
    const auto texts = section.texts("addresses");
    if (!several) {
        const std::string text = section.required_text("address", example);
        if (text.empty()) return {};
        return addresses_of(section, "address", {text});
    }
    if (section.has("address"))
        section.fault("address", "and \"addresses\" are both given; give one of them");
    if (texts && texts->empty())
        section.fault("addresses", "must name at least one, such as [\"" + std::string{example} + "\"]");
    section.know("address");
    return addresses_of(section, "addresses", texts.value_or(std::vector<std::string>{}));
}

Address read_address(Section& section, std::string_view example) {
    const std::string text = section.required_text("address", example);
    if (text.empty()) return {};
    const auto addresses = addresses_of(section, "address", {text});
    return addresses.empty() ? Address{} : addresses.front();
}

}  // namespace tapferry
