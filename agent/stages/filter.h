// Which events a destination wants, by lists: of names, addresses, types, response codes. All lists that are
// given must match, and none of their not_ twins. Owned by Stages.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/stages/domains.h"
#include "agent/stages/networks.h"
#include "agent/stages/pattern.h"
#include "proto/event.h"

namespace tapferry {

// Absent or empty ones say nothing.
struct FilterLists {
    enum class Family : std::uint8_t { any, inet, inet6 };
    Family family = Family::any;  // of the client's address, else of the server's
    std::shared_ptr<const DomainSet> qname_suffix;
    std::optional<Pattern> qname_regex;
    std::optional<Pattern> identity_regex;
    std::vector<std::uint16_t> rcodes;
    std::vector<std::uint16_t> qtypes;
    std::shared_ptr<const NetworkSet> clients;
    [[nodiscard]] bool any() const;
};

class Filter {
  public:
    Filter(FilterLists wanted, FilterLists unwanted);
    [[nodiscard]] bool wants(const Event& event);

  private:
    // The verdicts about an identity, which is the same for event after event of one server.
    struct Identity {
        std::string bytes;
        bool is_known = false;
        bool wanted = true;
    };
    [[nodiscard]] bool wants_identity(const Event& event);

    FilterLists wanted_;
    FilterLists unwanted_;
    Identity identity_;
};

}  // namespace tapferry
