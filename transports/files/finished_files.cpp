#include "transports/files/finished_files.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "transports/files/frame_streams_file.h"
#include "transports/network/descriptor.h"

namespace tapferry {

namespace {

namespace fs = std::filesystem;

// So much is packed between two looks whether to stop, and is in memory at once.
constexpr std::size_t piece_bytes = 1 << 20;
constexpr std::string_view part_suffix = ".tapferry-part";

// The background has time: whatever else wants the processor or the disk goes first.
void give_way() {
    const auto thread = static_cast<id_t>(::gettid());
    (void)::setpriority(PRIO_PROCESS, thread, 19);
}

bool write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(fd, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

bool same_time(const struct stat& a, const struct stat& b) {
    return a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

bool ends_with_stop(int fd, off_t size) {
    std::array<char, frame_streams_stop.size()> end{};
    const off_t at = size - static_cast<off_t>(end.size());
    return at >= 0 && ::pread(fd, end.data(), end.size(), at) == static_cast<ssize_t>(end.size()) &&
           std::string_view(end.data(), end.size()) == frame_streams_stop;
}

bool is_packed(const fs::path& file) {
    return file.extension() == ".gz" || file.extension() == ".zst";
}

std::error_code last_error() {
    return {errno, std::generic_category()};
}

// Where it holds for one file it holds for the next one.
bool is_full_disk(const std::error_code& error) {
    return error.value() == ENOSPC || error.value() == EDQUOT;
}

// Of a look. A file that is gone is somebody else's doing.
class FirstTrouble {
  public:
    void add(const char* what, const fs::path& file, const std::error_code& error) {
        if (!error || error == std::errc::no_such_file_or_directory || !words_.empty()) return;
        words_ = std::string("cannot ") + what + " " + file.string() + ": " + error.message();
    }
    [[nodiscard]] const std::string& words() const { return words_; }

  private:
    std::string words_;
};

}  // namespace

FinishedFiles::FinishedFiles(FileNames names, Compression compression, std::size_t keep, bool streams)
    : names_(std::move(names)), compression_(compression), keep_(keep), streams_(streams), thread_([this] {
          run();
      }) {}

FinishedFiles::~FinishedFiles() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_one();
    thread_.join();
}

void FinishedFiles::look_after(std::string current) {
    {
        const std::lock_guard lock(mutex_);
        current_ = std::move(current);
        due_ = true;
    }
    changed_.notify_one();
}

std::string FinishedFiles::take_warning() {
    const std::lock_guard lock(mutex_);
    if (trouble_ == told_) return {};
    told_ = trouble_;
    return told_;
}

void FinishedFiles::run() {
    give_way();
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return stopping_ || due_; });
        if (stopping_) return;
        due_ = false;
        lock.unlock();
        std::string trouble = pack_and_remove();
        lock.lock();
        trouble_ = std::move(trouble);
    }
}

std::string FinishedFiles::pack_and_remove() {
    FirstTrouble trouble;
    std::error_code unread;
    auto files = finished(unread);
    trouble.add("read", names_.directory(), unread);
    if (keep_ != 0 && files.size() > keep_) {
        const auto stay = files.end() - static_cast<std::ptrdiff_t>(keep_);
        std::for_each(files.begin(), stay,
                      [&](const fs::path& file) { trouble.add("remove", file, remove(file)); });
        files.erase(files.begin(), stay);
    }
    const bool packs = compression_ != Compression::none;
    const bool first = !std::exchange(looked_, true);
    if (!packs && !(streams_ && first)) return trouble.words();
    for (const fs::path& file : files) {
        if (is_packed(file)) continue;
        if (stopping()) break;
        if (streams_) end_stream(file);
        if (!packs) continue;
        const std::error_code error = pack(file);
        trouble.add("pack", file, error);
        if (is_full_disk(error)) break;
    }
    return trouble.words();
}

std::error_code FinishedFiles::remove(const fs::path& file) {
    const std::lock_guard lock(mutex_);
    std::error_code error;
    if (file != current_) fs::remove(file, error);
    return error;
}

void FinishedFiles::end_stream(const fs::path& file) {
    const Descriptor stream(::open(file.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    struct stat original {};
    if (!stream.is_open() || ::fstat(stream.get(), &original) != 0) return;
    if (ends_with_stop(stream.get(), original.st_size)) return;
    FrameStreamsEnd search;
    int error = EAGAIN;
    while (error == EAGAIN && !stopping()) error = search.find(stream.get(), {});
    if (error != 0 || !search.sound() || search.end() == 0) return;
    const std::lock_guard lock(mutex_);
    if (file == current_ || ::ftruncate(stream.get(), search.end()) != 0) return;
    if (::lseek(stream.get(), 0, SEEK_END) < 0 || !write_all(stream.get(), frame_streams_stop)) return;
    const std::array<timespec, 2> times{original.st_atim, original.st_mtim};
    (void)::futimens(stream.get(), times.data());
}

std::vector<fs::path> FinishedFiles::finished(std::error_code& error) {
    std::vector<std::pair<fs::file_time_type, fs::path>> found;
    for (fs::directory_iterator entry(names_.directory(), error), end; !error && entry != end;
         entry.increment(error)) {
        std::error_code gone;
        const fs::path& path = entry->path();
        if (!fs::is_regular_file(entry->symlink_status(gone)) || is_current(path)) continue;
        const std::string name = path.filename().string();
        if (name.ends_with(part_suffix) && names_.ours(name.substr(0, name.size() - part_suffix.size())))
            fs::remove(path, gone);  // of a process that died while it packed
        else if (names_.ours(name))
            found.emplace_back(entry->last_write_time(gone), path);
    }
    std::sort(found.begin(), found.end());
    std::vector<fs::path> files;
    for (auto& [time, path] : found) files.push_back(std::move(path));
    return files;
}

std::error_code FinishedFiles::pack(const fs::path& file) {
    const std::string suffix{suffix_of(compression_)};
    const std::string part = file.string() + suffix + std::string{part_suffix};
    struct stat original {};
    if (::stat(file.c_str(), &original) != 0) return last_error();
    for (unsigned count = 1;; ++count) {
        const std::string packed = file.string() + (count == 1 ? "" : "." + std::to_string(count)) + suffix;
        struct stat there {};
        const bool exists = ::stat(packed.c_str(), &there) == 0;
        if (exists && !same_time(there, original)) continue;  // of another file that had this name once
        if (exists) return remove(file);
        std::error_code error = write_packed(file, part);
        if (!error) error = exchange(file, part, packed);
        (void)::unlink(part.c_str());
        return error;
    }
}

std::error_code FinishedFiles::exchange(const fs::path& file, const std::string& part,
                                        const std::string& packed) {
    const std::lock_guard lock(mutex_);
    if (file == current_) return {};
    if (::renameat2(AT_FDCWD, part.c_str(), AT_FDCWD, packed.c_str(), RENAME_NOREPLACE) != 0 ||
        ::unlink(file.c_str()) != 0)
        return last_error();
    return {};
}

std::error_code FinishedFiles::write_packed(const fs::path& file, const std::string& part) {
    const Descriptor from(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    struct stat original {};
    if (!from.is_open() || ::fstat(from.get(), &original) != 0) return last_error();
    const Descriptor to(
        ::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, original.st_mode & 0777));
    if (!to.is_open()) return last_error();
    Compressor compressor(compression_, Compressor::Effort::usual);
    std::string piece(piece_bytes, '\0');
    std::string packed;
    for (off_t at = 0;;) {
        const ssize_t count = ::pread(from.get(), piece.data(), piece.size(), at);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return last_error();
        if (stopping()) return std::make_error_code(std::errc::operation_canceled);
        if (count == 0) break;
        packed.clear();
        compressor.append({piece.data(), static_cast<std::size_t>(count)}, packed);
        if (!write_all(to.get(), packed)) return last_error();
        at += count;
    }
    const std::array<timespec, 2> times{original.st_atim, original.st_mtim};
    if (::futimens(to.get(), times.data()) != 0 || ::fsync(to.get()) != 0) return last_error();
    return {};
}

bool FinishedFiles::is_current(const fs::path& file) {
    const std::lock_guard lock(mutex_);
    return file == current_;
}

bool FinishedFiles::stopping() {
    const std::lock_guard lock(mutex_);
    return stopping_;
}

}  // namespace tapferry
