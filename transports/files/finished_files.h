// What becomes of a destination's files when nothing more is written to them: streams that a crash left open
// get their end, files are packed, and removed when there are too many. On a thread of its own with the
// lowest priority, so that delivery waits for none of it. A crash at any moment leaves each file whole,
// packed or not, and the next look goes on.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <filesystem>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "transports/compression.h"
#include "transports/files/file_names.h"

namespace tapferry {

class FinishedFiles {
  public:
    // `keep`: how many finished files stay, 0: all of them. `streams`: they are Frame Streams.
    FinishedFiles(FileNames names, Compression compression, std::size_t keep, bool streams);
    // Leaves off in the middle of a file when it is packing one: that goes on at the next start.
    ~FinishedFiles();

    // From now on `current` is written and left alone, and what was before may be finished. Comes before the
    // first byte is written to it, and behind the last one of what was before.
    void look_after(std::string current);
    // What could not be done with a file, and why, once for as long as it stays so; empty: nothing new.
    [[nodiscard]] std::string take_warning();

  private:
    void run();
    // One look; the first trouble of it, if any.
    [[nodiscard]] std::string pack_and_remove();
    // Oldest first. `error`: why some of them may not have been found.
    [[nodiscard]] std::vector<std::filesystem::path> finished(std::error_code& error);
    [[nodiscard]] std::error_code remove(const std::filesystem::path& file);
    // Cuts off what is torn, writes STOP, and leaves its time as it is. What is sound, or something else,
    // stays.
    void end_stream(const std::filesystem::path& file);
    // With an error it stays as it is.
    [[nodiscard]] std::error_code pack(const std::filesystem::path& file);
    // Puts the packed one in its place, unless it is written again: the clock may have gone back.
    [[nodiscard]] std::error_code exchange(const std::filesystem::path& file, const std::string& part,
                                           const std::string& packed);
    // Writes the packed file beside it, under a name that is not one of ours.
    [[nodiscard]] std::error_code write_packed(const std::filesystem::path& file, const std::string& part);
    [[nodiscard]] bool is_current(const std::filesystem::path& file);
    [[nodiscard]] bool stopping();

    const FileNames names_;
    const Compression compression_;
    const std::size_t keep_;
    const bool streams_;

    std::mutex mutex_;
    std::condition_variable changed_;
    std::string current_;
    bool due_ = false;
    bool stopping_ = false;
    std::string trouble_;  // of the last look
    std::string told_;     // of it
    bool looked_ = false;  // once
    std::thread thread_;
};

}  // namespace tapferry
