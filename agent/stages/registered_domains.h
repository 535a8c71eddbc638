// The part of a name that somebody has registered ("example.co.uk" of "www.example.co.uk"), by the public
// suffix list: the system's when it is there and newer than the one built into libpsl. registered_domains.cpp
// is the door of libpsl. Owned by Stages.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "proto/event.h"

struct psl_ctx_st;

namespace tapferry {

class RegisteredDomains {
  public:
    RegisteredDomains();
    ~RegisteredDomains();
    RegisteredDomains(const RegisteredDomains&) = delete;
    RegisteredDomains& operator=(const RegisteredDomains&) = delete;

    // Sets registered_domain and public_suffix, which are parts of qname.
    void add(Event& event);

  private:
    struct Parts {
        std::uint8_t registered = 0;  // how many of a name's last characters
        std::uint8_t suffix = 0;      // likewise
        bool ruled = false;           // the list knows its end, and may know more about what is below
    };
    // A name that was met: where it stands in texts_, which is written round and round.
    struct Known {
        std::uint64_t begin = 0;  // of all that was ever written there
        std::uint32_t hash = 0;
        std::uint8_t size = 0;  // 0: the place is free
        Parts parts;
    };
    [[nodiscard]] Parts parts_of(std::string_view name);
    [[nodiscard]] bool is(const Known& known, std::string_view name, std::uint32_t hash) const;
    [[nodiscard]] Known remember(std::string_view name, std::uint32_t hash, const Parts& parts);
    [[nodiscard]] Parts look_up(std::string_view name);
    [[nodiscard]] bool is_listed(std::string_view name) const;

    struct Freed {
        void operator()(psl_ctx_st* list) const;
    };
    std::unique_ptr<psl_ctx_st, Freed> own_list_;
    const psl_ctx_st* list_ = nullptr;  // own_list_, or the one that is built in
    std::vector<Known> known_;
    std::unique_ptr<char[]> texts_;
    std::uint64_t written_ = 0;  // into texts_, over and over
};

}  // namespace tapferry
