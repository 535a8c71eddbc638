// For as long as it lives, this process is not root: permissions of files hold for it.
#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

namespace tapferry {

class Unprivileged {
  public:
    Unprivileged() {
        if (::geteuid() == 0) REQUIRE(::seteuid(nobody) == 0);
    }
    ~Unprivileged() { CHECK(::seteuid(::getuid()) == 0); }
    Unprivileged(const Unprivileged&) = delete;
    Unprivileged& operator=(const Unprivileged&) = delete;

  private:
    static constexpr uid_t nobody = 65534;
};

}  // namespace tapferry
