#include "agent/config/socket_access.h"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <memory>

namespace tapferry {

namespace {

// A user of this host and the groups it is in, its own first.
struct Account {
    std::string name;
    uid_t user = 0;
    std::vector<gid_t> groups;
    std::string group_name;  // of its own; empty: it has no name
};

using File = std::unique_ptr<std::FILE, decltype(&std::fclose)>;

// Packages put their users into these files. Others, of a directory, are not asked for: it may be away, or be
// reached through the very DNS server that is starting.
std::vector<Account> local_accounts(const std::vector<std::string>& names) {
    std::vector<Account> accounts;
    if (const File file(std::fopen("/etc/passwd", "re"), &std::fclose); file)
        while (const passwd* user = ::fgetpwent(file.get()))
            if (std::find(names.begin(), names.end(), user->pw_name) != names.end())
                accounts.push_back({user->pw_name, user->pw_uid, {user->pw_gid}, {}});
    if (const File file(std::fopen("/etc/group", "re"), &std::fclose); file)
        while (const group* group = ::fgetgrent(file.get()))
            for (Account& account : accounts) {
                if (group->gr_gid == account.groups.front()) account.group_name = group->gr_name;
                for (char** member = group->gr_mem; *member != nullptr; ++member)
                    if (account.name == *member) account.groups.push_back(group->gr_gid);
            }
    return accounts;
}

gid_t group_of_socket(const UnixInputOptions& input, const SocketMaker& maker) {
    const auto folder = std::filesystem::path(input.path).parent_path();
    struct stat found {};
    const bool gives_group =
        ::stat(folder.empty() ? "." : folder.c_str(), &found) == 0 && (found.st_mode & S_ISGID) != 0;
    return gives_group ? found.st_gid : maker.group;
}

bool may_connect(const Account& account, const UnixInputOptions& input, const SocketMaker& maker) {
    if (account.user == 0 || (input.mode & S_IWOTH) != 0) return true;
    if (account.user == maker.user) return (input.mode & S_IWUSR) != 0;
    const auto& groups = account.groups;
    return (input.mode & S_IWGRP) != 0 &&
           std::find(groups.begin(), groups.end(), group_of_socket(input, maker)) != groups.end();
}

std::string words_of(const UnixInputOptions& input, const std::vector<Account>& shut_out,
                     const SocketMaker& maker) {
    std::string names;
    for (const Account& account : shut_out) names += (names.empty() ? "" : " or ") + account.name;
    const bool gives_away = maker.user == 0;
    const std::string key = gives_away ? "owner" : "group";
    const std::string& value = gives_away ? shut_out.front().name : shut_out.front().group_name;
    return "inputs." + input.name + "." + key + ": is not given, so a DNS server that runs as " + names +
           " may not connect to " + input.path + ": set " + key +
           (shut_out.size() == 1 && !value.empty() ? " = \"" + value + "\"" : " to the server's") +
           (gives_away ? "" : ", a group that the agent's user must be in") + " (or mode = \"0666\")";
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
    const auto accounts = local_accounts(users);
    for (const UnixInputOptions& input : inputs) {
        if (input.access_is_chosen) continue;
        std::vector<Account> shut_out;
        std::copy_if(accounts.begin(), accounts.end(), std::back_inserter(shut_out),
                     [&](const Account& account) { return !may_connect(account, input, maker); });
        if (!shut_out.empty() && shut_out.size() == accounts.size())
            warnings.push_back(words_of(input, shut_out, maker));
    }
    return warnings;
}

}  // namespace tapferry
