// A disk in memory, for tests that make millions of calls. It answers as the real one does, takes no more
// than it has room for, and a power failure takes from it what nobody synced: what was written last to a
// file, sector by sector, and what was made, renamed and unlinked last. One thread uses it.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/spool/disk.h"

namespace tapferry {

class MemoryDisk final : public Disk {
  public:
    using Bytes = std::vector<std::uint8_t>;

    // With one directory, which is empty.
    explicit MemoryDisk(const std::filesystem::path& root);

    DiskResult open(const std::filesystem::path& path, int flags) override;
    void close(int fd) override;
    DiskResult size(int fd) override;
    DiskResult links(int fd) override;
    DiskResult read_at(int fd, std::uint64_t offset, std::span<std::uint8_t> into) override;
    DiskResult write_at(int fd, std::uint64_t offset, std::span<const std::uint8_t> first,
                        std::span<const std::uint8_t> second) override;
    DiskResult truncate(int fd, std::uint64_t length) override;
    DiskResult lock(int fd) override;
    DiskResult unlink(const std::filesystem::path& path) override;
    DiskResult rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
    DiskResult sync(int fd) override;
    DiskResult free_bytes(const std::filesystem::path& directory) override;
    DiskResult advise(int fd, std::uint64_t offset, std::uint64_t length, CacheAdvice advice) override;
    DiskResult make_directory(const std::filesystem::path& path) override;
    DiskResult list(const std::filesystem::path& directory, std::vector<std::string>& names) override;

    // What tests do to it, whatever has which file open.
    [[nodiscard]] bool exists(const std::filesystem::path& path);
    [[nodiscard]] const Bytes* bytes(const std::filesystem::path& path);  // null when there is no such file
    // Of a file that is there: its byte at `at` turns into another one, on the disk; bytes come behind its
    // last.
    void turn(const std::filesystem::path& path, std::size_t at, std::uint8_t bits);
    void append(const std::filesystem::path& path, const Bytes& bytes);
    void remove_directory(const std::filesystem::path& path);  // with all that is in it
    void set_free(std::uint64_t bytes) { room_ = used_ + bytes; }
    [[nodiscard]] std::uint64_t writes() const { return writes_; }  // that there were
    [[nodiscard]] std::uint64_t free() const { return room_ > used_ ? room_ - used_ : 0; }

    // The kernel has written everything.
    void write_back();
    // While nothing is open. `below(n)` draws a number less than n.
    void fail_power(const std::function<std::uint32_t(std::uint32_t)>& below);

  private:
    struct File {
        Bytes bytes;
        Bytes durable;  // what a power failure leaves at least
        bool linked = false;
        int opened = 0;
        int locked_by = -1;
    };
    using FilePointer = std::shared_ptr<File>;
    using Directory = std::map<std::string, FilePointer, std::less<>>;
    struct Descriptor {
        FilePointer file;  // null: of a directory, or not open
        int flags = 0;
        bool open = false;
    };
    // Of a directory's entry, so that it can be undone.
    struct Change {
        std::string directory;
        std::string name;
        FilePointer before;
        bool with_last = false;  // it happened together with the one before it
    };
    struct Place {
        Directory* directory = nullptr;
        std::string_view folder;
        std::string_view name;
    };

    Place place(const std::filesystem::path& path);
    void set_entry(const Place& place, const FilePointer& file, bool with_last = false);
    void undo_last_change();
    void link(const FilePointer& file);
    void unlink(const FilePointer& file);
    void resize(File& file, std::size_t length);
    int descriptor(const FilePointer& file, int flags);
    void lose_part(File& file, const std::function<std::uint32_t(std::uint32_t)>& below);

    std::map<std::string, Directory, std::less<>> directories_;
    std::vector<Descriptor> descriptors_;
    std::deque<Change> changes_;  // that no sync has made durable
    std::uint64_t writes_ = 0;
    std::uint64_t used_ = 0;
    std::uint64_t room_ = std::uint64_t{1} << 40;
};

}  // namespace tapferry
