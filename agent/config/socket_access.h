// Whether the DNS servers of this host may connect to sockets whose owner, group and mode were left to us:
// what check and run warn of.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "agent/inputs/intake.h"

namespace tapferry {

// As whom the agent makes its sockets.
struct SocketMaker {
    uid_t user = 0;
    gid_t group = 0;
};

// The users that DNS servers which write dnstap go by in the packages of Linux distributions.
std::vector<std::string> users_of_dns_servers();

// For each input that none of these users may connect to, as far as they are there on this host (users of a
// directory service, as LDAP, are not looked for):
// "inputs.bind.owner: …". As soon as one of them may, nothing: it may be the one that is wanted.
std::vector<std::string> sockets_that_shut_out(const std::vector<std::string>& users,
                                               const std::vector<UnixInputOptions>& inputs,
                                               const SocketMaker& maker);

}  // namespace tapferry
