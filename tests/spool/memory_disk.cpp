#include "tests/spool/memory_disk.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace tapferry {
namespace {

constexpr std::size_t sector_bytes = 512;

// So many changes of directories are not on the disk yet; the kernel has written what came before.
constexpr std::size_t most_changes = 32;

bool writable(int flags) {
    return (flags & O_ACCMODE) != O_RDONLY;
}

}  // namespace

MemoryDisk::MemoryDisk(const std::filesystem::path& root) {
    directories_[root.native()];
}

MemoryDisk::Place MemoryDisk::place(const std::filesystem::path& path) {
    const std::string_view text = path.native();
    const std::size_t slash = text.rfind('/');
    Place place{nullptr, text.substr(0, slash), text.substr(slash + 1)};
    const auto found = directories_.find(place.folder);
    if (found != directories_.end()) place.directory = &found->second;
    return place;
}

void MemoryDisk::set_entry(const Place& place, const FilePointer& file, bool with_last) {
    FilePointer& entry = (*place.directory)[std::string(place.name)];
    changes_.push_back({std::string(place.folder), std::string(place.name), entry, with_last});
    while (changes_.size() > most_changes || changes_.front().with_last) changes_.pop_front();
    const FilePointer before = std::exchange(entry, file);
    if (file) link(file);
    if (before) unlink(before);
    if (!file) place.directory->erase(place.directory->find(place.name));
}

void MemoryDisk::link(const FilePointer& file) {
    if (!file->linked && file->opened == 0) used_ += file->bytes.size();
    file->linked = true;
}

// Its bytes are free when nobody has it open either.
void MemoryDisk::unlink(const FilePointer& file) {
    file->linked = false;
    if (file->opened == 0) used_ -= file->bytes.size();
}

void MemoryDisk::resize(File& file, std::size_t length) {
    used_ = used_ - file.bytes.size() + length;
    file.bytes.resize(length);
}

int MemoryDisk::descriptor(const FilePointer& file, int flags) {
    auto free = std::ranges::find(descriptors_, false, &Descriptor::open);
    if (free == descriptors_.end()) free = descriptors_.insert(free, Descriptor{});
    if (file) ++file->opened;
    *free = {file, flags, true};
    return static_cast<int>(free - descriptors_.begin());
}

DiskResult MemoryDisk::open(const std::filesystem::path& path, int flags) {
    if ((flags & O_DIRECTORY) != 0) {
        if (!directories_.contains(path.native())) return {0, ENOENT};
        return {descriptor(nullptr, flags), 0};
    }
    const Place at = place(path);
    if (at.directory == nullptr) return {0, ENOENT};
    const auto entry = at.directory->find(at.name);
    if (entry == at.directory->end()) {
        if ((flags & O_CREAT) == 0) return {0, ENOENT};
        const auto file = std::make_shared<File>();
        set_entry(at, file);
        return {descriptor(file, flags), 0};
    }
    if ((flags & O_EXCL) != 0) return {0, EEXIST};
    if ((flags & O_TRUNC) != 0) resize(*entry->second, 0);
    return {descriptor(entry->second, flags), 0};
}

void MemoryDisk::close(int fd) {
    Descriptor& open = descriptors_[static_cast<std::size_t>(fd)];
    if (open.file) {
        if (open.file->locked_by == fd) open.file->locked_by = -1;
        if (--open.file->opened == 0 && !open.file->linked) used_ -= open.file->bytes.size();
    }
    open = {};
}

DiskResult MemoryDisk::links(int fd) {
    return {descriptors_[static_cast<std::size_t>(fd)].file->linked ? 1 : 0, 0};
}

DiskResult MemoryDisk::size(int fd) {
    return {static_cast<std::int64_t>(descriptors_[static_cast<std::size_t>(fd)].file->bytes.size()), 0};
}

DiskResult MemoryDisk::read_at(int fd, std::uint64_t offset, std::span<std::uint8_t> into) {
    const Descriptor& open = descriptors_[static_cast<std::size_t>(fd)];
    if ((open.flags & O_ACCMODE) == O_WRONLY) return {0, EBADF};
    const Bytes& bytes = open.file->bytes;
    if (offset >= bytes.size()) return {0, 0};
    const auto from = std::span(bytes).subspan(static_cast<std::size_t>(offset));
    const std::size_t length = std::min(from.size(), into.size());
    if (length > 0) std::memcpy(into.data(), from.data(), length);
    return {static_cast<std::int64_t>(length), 0};
}

DiskResult MemoryDisk::write_at(int fd, std::uint64_t offset, std::span<const std::uint8_t> first,
                                std::span<const std::uint8_t> second) {
    const Descriptor& open = descriptors_[static_cast<std::size_t>(fd)];
    if (!writable(open.flags)) return {0, EBADF};
    ++writes_;
    File& file = *open.file;
    const std::uint64_t there = file.bytes.size();
    std::size_t length = first.size() + second.size();
    const std::uint64_t room = std::max(there, there + free());  // bytes that the file may have
    if (offset + length > room) {
        if (offset >= room && length > 0) return {0, ENOSPC};
        length = static_cast<std::size_t>(room - offset);
    }
    if (length > 0 && offset + length > there) resize(file, static_cast<std::size_t>(offset) + length);
    first = first.first(std::min(first.size(), length));
    second = second.first(length - first.size());
    const auto at = file.bytes.begin() + static_cast<std::ptrdiff_t>(offset);
    if (length > 0) std::ranges::copy(second, std::ranges::copy(first, at).out);
    return {static_cast<std::int64_t>(length), 0};
}

DiskResult MemoryDisk::truncate(int fd, std::uint64_t length) {
    const Descriptor& open = descriptors_[static_cast<std::size_t>(fd)];
    if (!writable(open.flags)) return {0, EINVAL};
    resize(*open.file, static_cast<std::size_t>(length));
    // What was cut off never stands in a file that has become longer again.
    Bytes& durable = open.file->durable;
    durable.resize(std::min(durable.size(), static_cast<std::size_t>(length)));
    return {};
}

DiskResult MemoryDisk::lock(int fd) {
    int& holder = descriptors_[static_cast<std::size_t>(fd)].file->locked_by;
    if (holder >= 0 && holder != fd) return {0, EWOULDBLOCK};
    holder = fd;
    return {};
}

DiskResult MemoryDisk::unlink(const std::filesystem::path& path) {
    const Place at = place(path);
    if (at.directory == nullptr || !at.directory->contains(at.name)) return {0, ENOENT};
    set_entry(at, nullptr);
    return {};
}

DiskResult MemoryDisk::rename(const std::filesystem::path& from, const std::filesystem::path& to) {
    const Place old_place = place(from);
    const Place new_place = place(to);
    if (old_place.directory == nullptr || new_place.directory == nullptr) return {0, ENOENT};
    const auto entry = old_place.directory->find(old_place.name);
    if (entry == old_place.directory->end()) return {0, ENOENT};
    const FilePointer file = entry->second;
    set_entry(old_place, nullptr);
    set_entry(new_place, file, true);
    return {};
}

DiskResult MemoryDisk::sync(int fd) {
    const FilePointer& file = descriptors_[static_cast<std::size_t>(fd)].file;
    if (file) {
        file->durable = file->bytes;
    } else {
        changes_.clear();
    }
    return {};
}

DiskResult MemoryDisk::free_bytes(const std::filesystem::path& directory) {
    if (!directories_.contains(directory.native())) return {0, ENOENT};
    return {static_cast<std::int64_t>(free()), 0};
}

DiskResult MemoryDisk::advise(int, std::uint64_t, std::uint64_t, CacheAdvice) {
    return {};
}

DiskResult MemoryDisk::make_directory(const std::filesystem::path& path) {
    if (directories_.contains(path.native())) return {0, EEXIST};
    if (!directories_.contains(path.parent_path().native())) return {0, ENOENT};
    directories_[path.native()];
    return {};
}

DiskResult MemoryDisk::list(const std::filesystem::path& directory, std::vector<std::string>& names) {
    names.clear();
    const auto found = directories_.find(directory.native());
    if (found == directories_.end()) return {0, ENOENT};
    for (const auto& [name, file] : found->second) names.push_back(name);
    return {};
}

bool MemoryDisk::exists(const std::filesystem::path& path) {
    return directories_.contains(path.native()) || bytes(path) != nullptr;
}

const MemoryDisk::Bytes* MemoryDisk::bytes(const std::filesystem::path& path) {
    const Place at = place(path);
    if (at.directory == nullptr) return nullptr;
    const auto entry = at.directory->find(at.name);
    return entry == at.directory->end() ? nullptr : &entry->second->bytes;
}

void MemoryDisk::turn(const std::filesystem::path& path, std::size_t at, std::uint8_t bits) {
    File& file = *place(path).directory->find(place(path).name)->second;
    for (Bytes* bytes : {&file.bytes, &file.durable}) {
        if (at < bytes->size()) (*bytes)[at] = static_cast<std::uint8_t>((*bytes)[at] ^ bits);
    }
}

void MemoryDisk::append(const std::filesystem::path& path, const Bytes& bytes) {
    File& file = *place(path).directory->find(place(path).name)->second;
    const std::size_t end = file.bytes.size();
    resize(file, end + bytes.size());
    std::ranges::copy(bytes, file.bytes.begin() + static_cast<std::ptrdiff_t>(end));
}

void MemoryDisk::remove_directory(const std::filesystem::path& path) {
    const auto found = directories_.find(path.native());
    if (found == directories_.end()) return;
    for (const auto& [name, file] : found->second) unlink(file);
    directories_.erase(found);
    std::erase_if(changes_, [&](const Change& change) { return change.directory == path.native(); });
}

void MemoryDisk::write_back() {
    changes_.clear();
    for (auto& [path, directory] : directories_) {
        for (auto& [name, file] : directory) file->durable = file->bytes;
    }
}

// Changes of directories are written in their order, as journals do, and bytes in none.
void MemoryDisk::fail_power(const std::function<std::uint32_t(std::uint32_t)>& below) {
    const std::size_t written = below(static_cast<std::uint32_t>(changes_.size()) + 1);
    while (changes_.size() > written) undo_last_change();
    for (auto& [path, directory] : directories_) {
        for (auto& [name, file] : directory) lose_part(*file, below);
    }
    write_back();
}

void MemoryDisk::undo_last_change() {
    const Change change = std::move(changes_.back());
    changes_.pop_back();
    Directory& directory = directories_[change.directory];
    const auto now = directory.find(change.name);
    if (now != directory.end()) {
        unlink(now->second);
        directory.erase(now);
    }
    if (change.before) {
        link(change.before);
        directory[change.name] = change.before;
    }
    if (change.with_last) undo_last_change();
}

void MemoryDisk::lose_part(File& file, const std::function<std::uint32_t(std::uint32_t)>& below) {
    if (file.bytes == file.durable) return;
    const std::size_t shorter = std::min(file.bytes.size(), file.durable.size());
    const std::size_t longer = std::max(file.bytes.size(), file.durable.size());
    std::size_t length = file.bytes.size();
    if (below(2) == 0) length = shorter + below(static_cast<std::uint32_t>(longer - shorter) + 1);
    const std::uint32_t written_of_four = below(5);
    Bytes left(longer);
    for (std::size_t at = 0; at < longer; at += sector_bytes) {
        const Bytes& source = below(4) < written_of_four ? file.bytes : file.durable;
        if (at >= source.size()) continue;
        const std::size_t end = std::min(at + sector_bytes, source.size());
        std::copy(source.begin() + static_cast<std::ptrdiff_t>(at),
                  source.begin() + static_cast<std::ptrdiff_t>(end),
                  left.begin() + static_cast<std::ptrdiff_t>(at));
    }
    resize(file, longer);
    file.bytes = std::move(left);
    resize(file, length);
}

}  // namespace tapferry
