// The path of a state directory's control socket, as the system can take it: a unix socket's path may have
// 107 bytes only, so a longer one goes by way of the open directory.
#pragma once

#include <filesystem>
#include <string>

#include "transports/network/descriptor.h"

namespace tapferry {

class ControlPath {
  public:
    explicit ControlPath(const std::filesystem::path& state_directory);
    // Good while this lives.
    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    Descriptor directory_;
    std::string path_;
};

}  // namespace tapferry
