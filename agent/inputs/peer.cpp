#include "agent/inputs/peer.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "transports/network/descriptor.h"

namespace tapferry {

namespace {

// The kernel keeps 15 bytes of a process's name. Empty: it is gone, or not for us to see.
std::string process_name(pid_t pid) {
    const std::string path = "/proc/" + std::to_string(pid) + "/comm";
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!file.is_open()) return {};
    std::array<char, 64> bytes{};
    const ssize_t count = ::read(file.get(), bytes.data(), bytes.size());
    std::string name;
    for (ssize_t i = 0; i < count && bytes[static_cast<std::size_t>(i)] != '\n'; ++i) {
        const char c = bytes[static_cast<std::size_t>(i)];
        name.push_back(c >= 0x20 && c < 0x7f ? c : '?');
    }
    return name;
}

}  // namespace

std::string describe_peer(int fd) {
    ucred who{};
    socklen_t size = sizeof who;
    // Pid 0 is a process outside this one's PID namespace.
    if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0 || who.pid == 0)
        return "an unknown process";
    std::string text = "pid " + std::to_string(who.pid);
    const std::string name = process_name(who.pid);
    if (!name.empty()) text += " (" + name + ")";
    return text + ", uid " + std::to_string(who.uid);
}

}  // namespace tapferry
