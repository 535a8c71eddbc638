// The names of the files that one destination writes: the one of now, and those that are finished.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace tapferry {

class FileNames {
  public:
    using Time = std::chrono::system_clock::time_point;

    // `path`: absolute; its last part may hold %Y %m %d %H %M %S %j, in UTC, and %%.
    explicit FileNames(std::string path);
    // Why such a path cannot be used; empty: it can.
    [[nodiscard]] static std::string fault_of(std::string_view path);

    [[nodiscard]] const std::string& directory() const { return directory_; }
    // The path of the file that is written at `now`.
    [[nodiscard]] std::string current(Time now) const;
    // Where a file that is finished at `now` goes, so that its own name is free again: the `count`-th choice,
    // from 1 on. "dns.json.20261127T093000Z", "dns.json.20261127T093000Z.2".
    [[nodiscard]] static std::string finished(const std::string& current, Time now, unsigned count);
    // Whether a file of the directory is named as one of ours: current or finished, packed or not. A name
    // that has no time in it is never a finished one's.
    [[nodiscard]] bool ours(std::string_view name) const;
    // Whether the names differ from time to time.
    [[nodiscard]] bool tell_time() const;

  private:
    std::string directory_;
    std::string pattern_;  // of the last part
};

}  // namespace tapferry
