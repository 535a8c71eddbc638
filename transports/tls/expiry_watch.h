// Remembers when certificates end, and has it told from a fortnight before, once a day. Pure: the time is
// passed in. Owned by TlsClient, one thread.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace tapferry {

class ExpiryWatch {
  public:
    using Time = std::chrono::sys_seconds;

    // `what`: whose certificate it is, for people. What was said of it before no longer counts.
    void saw(const std::string& what, Time ends);
    // A sentence for the log, or nothing.
    std::string take_warning(Time now);

  private:
    struct Watched {
        std::string what;
        Time ends;
        Time next;  // not told before
    };
    std::vector<Watched> watched_;
};

}  // namespace tapferry
