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
    // Of the end of a name that was met, how much of it is what.
    struct Known;
    void look_up(Known& known) const;

    struct Freed {
        void operator()(psl_ctx_st* list) const;
    };
    std::unique_ptr<psl_ctx_st, Freed> list_;
    std::vector<Known> known_;
};

}  // namespace tapferry
