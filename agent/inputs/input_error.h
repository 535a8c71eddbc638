// An input cannot be opened: the socket's directory is missing, its path is in use … what() is for people and
// says what to do.
#pragma once

#include <stdexcept>

namespace tapferry {

struct InputError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

}  // namespace tapferry
