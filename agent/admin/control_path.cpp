#include "agent/admin/control_path.h"

#include <fcntl.h>
#include <sys/un.h>

namespace tapferry {

ControlPath::ControlPath(const std::filesystem::path& state_directory)
    : path_((state_directory / "control.sock").string()) {
    if (path_.size() < sizeof(sockaddr_un::sun_path)) return;
    directory_.reset(::open(state_directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (directory_.is_open()) path_ = "/proc/self/fd/" + std::to_string(directory_.get()) + "/control.sock";
}

}  // namespace tapferry
