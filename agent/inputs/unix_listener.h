// The listening unix socket of one input. Making it replaces a stale socket, refuses to touch one in use and
// anything that is no socket, and lets nobody connect before mode, owner and group are right. Its end removes
// the socket from the file system if it is still the one made here. Made and ended by the thread that owns
// Intake.
#pragma once

#include <sys/types.h>

#include <string>

#include "agent/inputs/intake.h"
#include "transports/network/descriptor.h"

namespace tapferry {

class UnixListener {
  public:
    // Throws InputError, whose text says what to do.
    explicit UnixListener(const UnixInputOptions& options);
    ~UnixListener();
    UnixListener(UnixListener&&) noexcept = default;
    UnixListener& operator=(UnixListener&&) = delete;

    // Non-blocking.
    [[nodiscard]] int fd() const { return socket_.get(); }

  private:
    std::string path_;
    Descriptor socket_;
    dev_t device_ = 0;
    ino_t inode_ = 0;
};

}  // namespace tapferry
