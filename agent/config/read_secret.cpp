#include "agent/config/read_secret.h"

#include <variant>

#include "agent/config/list_file.h"
#include "transports/secret_file.h"

namespace tapferry {
GivenSecret read_secret(Section& section, std::string_view key, DestinationConfig& destination) {
    const std::string twin = std::string(key) + "_file";
    GivenSecret secret{section.text(key, ""), section.text(twin, "")};
    if (!secret.text.empty()) check_stands_in_private(section, key);
    if (secret.file.empty()) return secret;
    if (!secret.text.empty()) {
        section.fault(key, "and \"" + twin + "\" are both given; give one of them");
        return secret;
    }
    note_named_file(secret.file, destination);
    const auto read = read_secret_file(secret.file);
    if (const auto* wrong = std::get_if<SecretFault>(&read))
        section.fault(twin, wrong->words);
    else
        secret.text = std::get<std::string>(read);
    return secret;
}

void check_is_private(Section& section, std::string_view key, const std::string& path) {
    if (const std::string fault = fault_of_openness(path); !fault.empty()) section.fault(key, fault);
}

void check_stands_in_private(Section& section, std::string_view key) {
    if (section.comes_from_environment(key)) return;
    if (const std::string fault = fault_of_openness(section.file_of(key)); !fault.empty())
        section.fault(
            key, "is a secret, and " + fault +
                     ", or take the secret from a file of its own, or as \"${NAME}\" from the environment");
}

}  // namespace tapferry
