#include "agent/config/socket_access.h"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>

#include <algorithm>

namespace tapferry {

namespace {

constexpr int most_groups = 256;

std::vector<gid_t> groups_of(const passwd& user) {
    std::vector<gid_t> groups(most_groups);
    int count = most_groups;
    // With more of them than that, those that found room count.
    (void)::getgrouplist(user.pw_name, user.pw_gid, groups.data(), &count);
    groups.resize(static_cast<std::size_t>(std::min(count, most_groups)));
    return groups;
}

bool may_connect(const passwd& user, const UnixInputOptions& input, const SocketMaker& maker) {
    if (user.pw_uid == 0 || (input.mode & S_IWOTH) != 0) return true;
    if (user.pw_uid == input.owner.value_or(maker.user)) return (input.mode & S_IWUSR) != 0;
    const auto groups = groups_of(user);
    return (input.mode & S_IWGRP) != 0 &&
           std::find(groups.begin(), groups.end(), input.group.value_or(maker.group)) != groups.end();
}

std::string words_of(const UnixInputOptions& input, const std::vector<std::string>& users,
                     const SocketMaker& maker) {
    std::string names;
    for (const std::string& user : users) names += (names.empty() ? "" : " or ") + user;
    const std::string key = maker.user == 0 ? "owner" : "group";
    return "inputs." + input.name + "." + key + ": is not given, so a DNS server that runs as " + names +
           " may not connect to " + input.path + ": set " + key +
           (users.size() == 1 ? " = \"" + users.front() + "\"" : " to the server's") +
           (maker.user == 0 ? "" : ", a group that the agent's user must be in") + " (or mode = \"0666\")";
}

}  // namespace

std::vector<std::string> users_of_dns_servers() {
    return {"bind", "named",         "unbound",  "knot",    "knot-resolver", "nsd",
            "pdns", "pdns-recursor", "_dnsdist", "dnsdist", "coredns"};
}

std::vector<std::string> sockets_that_shut_out(const std::vector<std::string>& users,
                                               const std::vector<UnixInputOptions>& inputs,
                                               const SocketMaker& maker) {
    std::vector<std::string> warnings;
    for (const UnixInputOptions& input : inputs) {
        if (input.access_is_chosen) continue;
        std::vector<std::string> shut_out;
        bool lets_one_in = false;
        for (const std::string& name : users) {
            const passwd* user = ::getpwnam(name.c_str());
            if (user == nullptr) continue;
            if (may_connect(*user, input, maker))
                lets_one_in = true;
            else
                shut_out.push_back(name);
        }
        if (!shut_out.empty() && !lets_one_in) warnings.push_back(words_of(input, shut_out, maker));
    }
    return warnings;
}

}  // namespace tapferry
