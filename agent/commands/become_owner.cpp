#include "agent/commands/become_owner.h"

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace tapferry {

void become_owner_of(const std::filesystem::path& directory) {
    if (::geteuid() != 0) return;
    struct stat status {};
    std::filesystem::path path = std::filesystem::absolute(directory);
    while (::stat(path.c_str(), &status) != 0) {
        if (errno != ENOENT || path == path.parent_path()) return;
        path = path.parent_path();
    }
    if (status.st_uid == 0) return;
    if (::setgroups(1, &status.st_gid) != 0 || ::setgid(status.st_gid) != 0 || ::setuid(status.st_uid) != 0)
        throw std::system_error(errno, std::generic_category(),
                                "cannot become the owner of " + path.string());
}

}  // namespace tapferry
