#include "tests/spool/memory_disk.h"

#include <doctest/doctest.h>
#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <random>

#include "tests/spool/spool_fixture.h"

namespace tapferry {
namespace {

// The same calls to two disks, each in a folder of its own; what they answer, in words.
class Calls {
  public:
    Calls(Disk& disk, std::filesystem::path folder) : disk_(disk), folder_(std::move(folder)) {}

    std::string make(std::mt19937 random) {
        const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
        said_.clear();
        const std::size_t which = below(3);
        int& fd = open_[which];
        const auto name = folder_ / ("file" + std::to_string(which));
        const auto other = folder_ / ("file" + std::to_string(below(3)));
        switch (below(11)) {
            case 0:
            case 1:
                reopen(fd, name,
                       std::array{O_RDONLY, O_RDWR | O_CREAT, O_WRONLY | O_CREAT | O_EXCL}[below(3)]);
                break;
            case 2:
                reopen(fd, name, O_WRONLY | O_CREAT | O_TRUNC);
                break;
            case 3:
                say(disk_.unlink(name));
                break;
            case 4:
                if (name != other) say(disk_.rename(name, other));
                break;
            case 5:
                if (fd >= 0) say(disk_.truncate(fd, below(3000)));
                break;
            case 6:
                if (fd >= 0) read(fd, below(3000), below(2000));
                break;
            case 7:
                if (fd >= 0) say(disk_.lock(fd));
                break;
            case 8:
                list(below(3) == 0 ? folder_ / "missing" : folder_);
                break;
            default:
                if (fd >= 0) write(fd, below(3000), below(500), below(500), below(256));
        }
        if (fd >= 0) say(disk_.size(fd));
        return said_;
    }
    void close() {
        for (int& fd : open_) {
            if (fd >= 0) disk_.close(fd);
            fd = -1;
        }
    }

  private:
    void say(const DiskResult& result) {
        said_ += std::to_string(result.value) + "/" + std::to_string(result.error) + " ";
    }
    void reopen(int& fd, const std::filesystem::path& name, int flags) {
        if (fd >= 0) disk_.close(fd);
        const DiskResult opened = disk_.open(name, flags);
        fd = opened.ok() ? static_cast<int>(opened.value) : -1;
        said_ += "open " + std::to_string(opened.error) + " ";
    }
    void read(int fd, std::uint64_t offset, std::size_t length) {
        Bytes bytes(length);
        const DiskResult result = disk_.read_at(fd, offset, bytes);
        say(result);
        bytes.resize(static_cast<std::size_t>(result.value));
        for (const std::uint8_t byte : bytes) said_ += static_cast<char>('a' + byte % 26);
    }
    void write(int fd, std::uint64_t offset, std::size_t first, std::size_t second, unsigned byte) {
        const Bytes a(first, static_cast<std::uint8_t>(byte));
        const Bytes b(second, static_cast<std::uint8_t>(byte + 1));
        say(disk_.write_at(fd, offset, a, b));
    }
    void list(const std::filesystem::path& directory) {
        std::vector<std::string> names;
        said_ += "list " + std::to_string(disk_.list(directory, names).error);
        std::ranges::sort(names);
        for (const std::string& name : names) {
            if (!name.starts_with('.')) said_ += " " + name;
        }
    }

    Disk& disk_;
    const std::filesystem::path folder_;
    std::array<int, 3> open_{-1, -1, -1};
    std::string said_;
};

std::uint32_t least(std::uint32_t) {
    return 0;
}

}  // namespace

TEST_CASE("a disk in memory answers every call as the real one does") {
    const TemporaryFolder folder;
    std::filesystem::create_directory(folder.path() / "real");
    MemoryDisk memory("/memory");
    Calls real_calls(posix_disk(), folder.path() / "real");
    Calls calls(memory, "/memory");
    for (unsigned seed = 0; seed < 20'000; ++seed) {
        CAPTURE(seed);
        REQUIRE(calls.make(std::mt19937(seed)) == real_calls.make(std::mt19937(seed)));
    }
    calls.close();
    real_calls.close();
}

TEST_CASE(
    "a disk in memory has as much room as it has, and unlinked files take theirs until they are closed") {
    MemoryDisk disk("/memory");
    disk.set_free(100);
    const DiskFile file(disk, static_cast<int>(disk.open("/memory/a", O_RDWR | O_CREAT).value));
    CHECK(disk.write_at(file.fd(), 0, Bytes(70), {}).value == 70);
    CHECK(disk.write_at(file.fd(), 70, Bytes(20), Bytes(20)).value == 30);
    CHECK(disk.write_at(file.fd(), 100, Bytes(1), {}).error == ENOSPC);
    CHECK(disk.write_at(file.fd(), 0, Bytes(100), {}).value == 100);
    CHECK(disk.free_bytes("/memory").value == 0);
    {
        const DiskFile again(disk, static_cast<int>(disk.open("/memory/a", O_RDONLY).value));
        CHECK(disk.unlink("/memory/a").ok());
        CHECK(disk.free() == 0);
    }
    CHECK(disk.truncate(file.fd(), 10).ok());
    CHECK(disk.free() == 90);
}

TEST_CASE("a power failure takes from a disk in memory what nobody synced, and nothing else") {
    MemoryDisk disk("/memory");
    const auto write = [&](const char* name, std::uint64_t offset, std::uint8_t byte, bool synced) {
        const DiskFile file(disk, static_cast<int>(disk.open(name, O_RDWR | O_CREAT).value));
        REQUIRE(disk.write_at(file.fd(), offset, Bytes(600, byte), {}).ok());
        if (synced) REQUIRE(disk.sync(file.fd()).ok());
    };
    write("/memory/old", 0, 1, false);
    write("/memory/gone", 0, 2, false);
    disk.write_back();
    write("/memory/old", 600, 3, true);
    write("/memory/old", 1200, 4, false);
    REQUIRE(disk.unlink("/memory/gone").ok());
    write("/memory/new", 0, 5, true);
    REQUIRE(disk.rename("/memory/new", "/memory/old").ok());
    disk.fail_power(least);
    REQUIRE(disk.bytes("/memory/old") != nullptr);
    CHECK(disk.bytes("/memory/old")->size() == 1200);
    CHECK(disk.bytes("/memory/old")->back() == 3);
    CHECK(disk.exists("/memory/gone"));
    CHECK_FALSE(disk.exists("/memory/new"));
    const std::uint64_t free = disk.free();
    CHECK(disk.unlink("/memory/old").ok());
    CHECK(disk.unlink("/memory/gone").ok());
    CHECK(disk.free() == free + 1800);
}

}  // namespace tapferry
