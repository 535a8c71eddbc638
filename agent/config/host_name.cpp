#include "agent/config/host_name.h"

#include <unistd.h>

#include <array>

namespace tapferry {

std::string own_host_name(std::string_view otherwise) {
    std::array<char, 256> name{};
    const bool has_one = ::gethostname(name.data(), name.size() - 1) == 0 && name[0] != '\0';
    return has_one ? name.data() : std::string(otherwise);
}

}  // namespace tapferry
