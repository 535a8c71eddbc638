// A private folder that is removed with all it holds.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace tapferry {

class TemporaryFolder {
  public:
    // In memory where there is such a file system: tests make and remove tens of thousands of small files.
    TemporaryFolder();
    // In `parent`, for what is to meet a real disk.
    explicit TemporaryFolder(const std::filesystem::path& parent);
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    // Of something in it.
    [[nodiscard]] std::string path(std::string_view name) const { return (path_ / name).string(); }

  private:
    std::filesystem::path path_;
};

}  // namespace tapferry
