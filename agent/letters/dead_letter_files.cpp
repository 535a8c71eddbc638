#include "agent/letters/dead_letter_files.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <optional>
#include <string_view>

namespace tapferry {

namespace {

constexpr std::string_view waiting_prefix = "requeue.";
constexpr std::string_view suffix = ".jsonl";

std::optional<std::uint64_t> read_number(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || text.empty() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::optional<WaitingFile> as_waiting(const std::filesystem::path& path) {
    const std::string name = path.filename().string();
    std::string_view rest = name;
    if (!rest.starts_with(waiting_prefix) || !rest.ends_with(suffix)) return std::nullopt;
    rest.remove_prefix(waiting_prefix.size());
    rest.remove_suffix(std::min(rest.size(), suffix.size()));
    const auto dot = rest.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    const auto number = read_number(rest.substr(0, dot));
    const auto offset = read_number(rest.substr(dot + 1));
    if (!number || !offset) return std::nullopt;
    return WaitingFile{path, *number, *offset};
}

std::filesystem::path waiting_path(const std::filesystem::path& directory, std::uint64_t number,
                                   std::uint64_t offset) {
    return directory / (std::string(waiting_prefix) + std::to_string(number) + "." + std::to_string(offset) +
                        std::string(suffix));
}

bool rename_file(const std::filesystem::path& from, const std::filesystem::path& to) {
    return ::rename(from.c_str(), to.c_str()) == 0;
}

bool remove_file(const std::filesystem::path& path) {
    return ::unlink(path.c_str()) == 0 || errno == ENOENT;
}

void count_file(const std::filesystem::path& path, std::uint64_t offset, LetterCount& count) {
    LetterLines lines(path, offset);
    std::string line;
    while (lines.next(line)) ++count.letters;
    count.bytes += lines.offset() - offset;
}

}  // namespace

std::vector<std::filesystem::path> kept_files(const std::filesystem::path& directory) {
    std::vector<std::filesystem::path> files{directory / older_dead_letter_file,
                                             directory / dead_letter_file};
    std::erase_if(files, [](const auto& file) {
        std::error_code error;
        return !std::filesystem::is_regular_file(file, error);
    });
    return files;
}

std::vector<WaitingFile> waiting_files(const std::filesystem::path& directory) {
    std::vector<WaitingFile> files;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(directory, error))
        if (auto file = as_waiting(entry.path())) files.push_back(std::move(*file));
    std::ranges::sort(files, {}, &WaitingFile::number);
    return files;
}

LetterCount count_letters(const std::vector<std::filesystem::path>& files) {
    LetterCount count;
    for (const auto& file : files) count_file(file, 0, count);
    return count;
}

LetterCount count_letters(const std::vector<WaitingFile>& files) {
    LetterCount count;
    for (const auto& file : files) count_file(file.path, file.offset, count);
    return count;
}

bool requeue_letters(const std::filesystem::path& directory) {
    std::uint64_t number = 1;
    for (const auto& file : kept_files(directory))
        if (!rename_file(file, waiting_path(directory, number++, 0))) return false;
    return true;
}

bool remove_letters(const std::filesystem::path& directory) {
    for (const auto& file : waiting_files(directory))
        if (!remove_file(file.path)) return false;
    return remove_file(directory / older_dead_letter_file) && remove_file(directory / dead_letter_file);
}

bool advance(WaitingFile& file, std::uint64_t offset) {
    file.offset = offset;
    std::error_code error;
    const auto size = std::filesystem::file_size(file.path, error);
    if (error || size <= offset) return remove_file(file.path);
    const auto renamed = waiting_path(file.path.parent_path(), file.number, offset);
    if (!rename_file(file.path, renamed)) return false;
    file.path = renamed;
    return true;
}

LetterLines::LetterLines(const std::filesystem::path& path, std::uint64_t offset)
    : file_(path, std::ios::binary), offset_(offset) {
    file_.seekg(static_cast<std::streamoff>(offset));
}

bool LetterLines::next(std::string& line) {
    line.clear();
    for (int c = file_.rdbuf()->sbumpc(); c != std::char_traits<char>::eof(); c = file_.rdbuf()->sbumpc()) {
        ++offset_;
        if (c != '\n') {
            if (line.size() < longest_line) line.push_back(static_cast<char>(c));
        } else if (!line.empty()) {
            return true;
        }
    }
    return !line.empty();
}

}  // namespace tapferry
