#include "agent/spool/directory_lock.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include "agent/spool/spool.h"

namespace tapferry {
namespace {

[[noreturn]] void fail(const std::filesystem::path& directory, std::string_view what, int error) {
    throw SpoolError("spool " + directory.string() + ": " + std::string(what) + ": " +
                     std::generic_category().message(error));
}

// The decimal digits that the holder wrote, or nothing.
std::string holder(Disk& disk, const DiskFile& file) {
    std::array<std::uint8_t, 20> bytes{};
    const DiskResult read = read_fully(disk, file.fd(), 0, bytes);
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()),
                                static_cast<std::size_t>(read.value));
    return std::string(text.substr(0, text.find_first_not_of("0123456789")));
}

}  // namespace

DiskFile lock_directory(const std::filesystem::path& directory, Disk& disk) {
    const DiskResult made = disk.make_directory(directory);
    if (!made.ok() && made.error != EEXIST) {
        fail(directory, "cannot make the directory; its parent must exist and be writable", made.error);
    }
    const DiskResult opened = disk.open(directory / "lock", O_RDWR | O_CREAT);
    if (!opened.ok())
        fail(directory, "cannot open the lock file; the directory must be writable", opened.error);
    DiskFile file(disk, static_cast<int>(opened.value));
    const DiskResult locked = disk.lock(file.fd());
    if (locked.error == EWOULDBLOCK) {
        const std::string pid = holder(disk, file);
        throw SpoolError("spool " + directory.string() + " is in use by another process" +
                         (pid.empty() ? "" : " (pid " + pid + ")") +
                         "; stop it, or give this one a state directory of its own");
    }
    if (!locked.ok()) fail(directory, "cannot lock it", locked.error);
    // The number only helps whoever finds the lock taken.
    const std::string pid = std::to_string(::getpid()) + "\n";
    static_cast<void>(disk.truncate(file.fd(), 0));
    static_cast<void>(
        write_fully(disk, file.fd(), 0, {reinterpret_cast<const std::uint8_t*>(pid.data()), pid.size()}));
    return file;
}

}  // namespace tapferry
