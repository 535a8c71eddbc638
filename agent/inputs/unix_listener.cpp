#include "agent/inputs/unix_listener.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>

#include "agent/inputs/input_error.h"
#include "agent/inputs/peer.h"

namespace tapferry {

namespace {

constexpr int backlog = 128;

[[noreturn]] void fail(const std::string& path, const std::string& why) {
    throw InputError(path + ": " + why);
}

std::string error_text(int error) {
    return std::generic_category().message(error);
}

sockaddr_un address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) {
        fail(path, "the path has " + std::to_string(path.size()) +
                       " bytes; the system allows a socket's path at most " +
                       std::to_string(sizeof address.sun_path - 1) + ": choose a shorter one");
    }
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    return address;
}

int with_address(int (*call)(int, const sockaddr*, socklen_t), int fd, const sockaddr_un& address) {
    return call(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

Descriptor new_socket(const std::string& path) {
    Descriptor made{::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    if (!made.is_open()) fail(path, "no socket can be made: " + error_text(errno));
    return made;
}

std::optional<struct stat> look_at(const std::string& path) {
    struct stat found {};
    if (::lstat(path.c_str(), &found) == 0) return found;
    if (errno == ENOENT) return std::nullopt;
    fail(path, "cannot be looked at: " + error_text(errno));
}

void check_directory(const std::string& path) {
    const std::filesystem::path parent = std::filesystem::path(path).parent_path();
    const std::string directory = parent.empty() ? "." : parent.string();
    struct stat found {};
    if (::stat(directory.c_str(), &found) != 0) {
        if (errno != ENOENT) fail(path, directory + " cannot be looked at: " + error_text(errno));
        fail(path, "the directory " + directory +
                       " is not there: make it, with an owner that lets both the agent and the DNS server "
                       "in, or change "
                       "the input's path");
    }
    if (!S_ISDIR(found.st_mode)) fail(path, directory + " is not a directory");
}

// Returns when the path is free or holds a socket that nobody listens on.
void check_place(const std::string& path, const sockaddr_un& address) {
    const auto found = look_at(path);
    if (!found) return;
    if (!S_ISSOCK(found->st_mode))
        fail(path, "something that is not a socket stands there: move it away, or change the input's path");
    const Descriptor probe = new_socket(path);
    const bool connected = with_address(::connect, probe.get(), address) == 0;
    const int error = connected ? 0 : errno;
    if (error == ECONNREFUSED || error == ENOENT) return;
    if (connected)
        fail(path,
             "in use by " + describe_peer(probe.get()) + ": stop that process, or change the input's path");
    // A full backlog, a socket of another kind, or one of another user's.
    fail(path, "it cannot be found out whether the socket there is in use (" + error_text(error) +
                   "): remove it if it is not, or change the input's path");
}

// Beside `path` and as long as it, so that the limit of length is the same.
std::string temporary_name(const std::string& path) {
    const std::size_t name = path.rfind('/') + 1;  // npos + 1 is 0
    std::string temporary = path;
    temporary[name] = temporary[name] == '~' ? '.' : '~';
    return temporary;
}

void bind_anew(int fd, const std::string& path, const sockaddr_un& address) {
    const std::string temporary{address.sun_path};
    if (with_address(::bind, fd, address) == 0) return;
    if (errno == EADDRINUSE) {
        // Left by a process that died between bind() and rename().
        const auto found = look_at(temporary);
        if (found && S_ISSOCK(found->st_mode)) ::unlink(temporary.c_str());
        if (with_address(::bind, fd, address) == 0) return;
    }
    fail(path, "the socket cannot be made in its directory: " + error_text(errno));
}

void set_access(const std::string& temporary, const UnixInputOptions& options) {
    constexpr uid_t unchanged = static_cast<uid_t>(-1);
    if ((options.owner || options.group) && ::lchown(temporary.c_str(), options.owner.value_or(unchanged),
                                                     options.group.value_or(unchanged)) != 0) {
        fail(options.path,
             "owner and group cannot be set (" + error_text(errno) +
                 "): only root may give a socket away, others may choose among their own groups");
    }
    if (::chmod(temporary.c_str(), options.mode) != 0)
        fail(options.path, "the mode cannot be set: " + error_text(errno));
}

// Removes the temporary name unless the socket got its own.
struct TemporaryName {
    std::string name;
    bool renamed = false;
    ~TemporaryName() {
        if (!renamed) ::unlink(name.c_str());
    }
};

}  // namespace

UnixListener::UnixListener(const UnixInputOptions& options) : path_(options.path) {
    if (path_.empty() || path_.back() == '/') fail(path_, "a socket needs a path that ends with its name");
    const sockaddr_un address = address_of(path_);
    check_directory(path_);
    check_place(path_, address);

    socket_ = new_socket(path_);
    // A socket bound after this has no more rights than these, so nobody comes in before set_access().
    if (::fchmod(socket_.get(), 0600) != 0) fail(path_, "the mode cannot be set: " + error_text(errno));
    const std::string unready = temporary_name(path_);
    bind_anew(socket_.get(), path_, address_of(unready));
    TemporaryName temporary{unready};
    set_access(temporary.name, options);
    if (::listen(socket_.get(), backlog) != 0) fail(path_, "cannot listen on it: " + error_text(errno));
    const auto made = look_at(temporary.name);
    if (!made) fail(path_, "the new socket vanished");
    if (::rename(temporary.name.c_str(), path_.c_str()) != 0)
        fail(path_, "the socket cannot be put in its place: " + error_text(errno));
    temporary.renamed = true;
    device_ = made->st_dev;
    inode_ = made->st_ino;
}

UnixListener::~UnixListener() {
    if (!socket_.is_open()) return;
    struct stat found {};
    if (::lstat(path_.c_str(), &found) == 0 && found.st_dev == device_ && found.st_ino == inode_)
        ::unlink(path_.c_str());
}

}  // namespace tapferry
