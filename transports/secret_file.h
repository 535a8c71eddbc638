// A file that holds a password, a key or a token, and that somebody may renew while Tapferry runs.
#pragma once

#include <string>
#include <variant>

namespace tapferry {

// What is wrong with it, for people.
struct SecretFault {
    std::string words;
};

// The file's text without white space around it, at most 64 KiB. A fault when it cannot be read, is no
// regular file, is empty or too long, or may be read or written by everybody on this host. Never waits.
std::variant<std::string, SecretFault> read_secret_file(const std::string& path);

// "FILE may be read or written by everybody on this host; chmod o= it"; empty when it may not, or is not
// there.
std::string fault_of_openness(const std::string& path);

}  // namespace tapferry
