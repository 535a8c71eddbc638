#include "agent/config/list_file.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <system_error>

namespace tapferry {

namespace {

// Of each file; the others are counted.
constexpr std::size_t most_lines_told = 5;

std::string_view trimmed(std::string_view line) {
    constexpr std::string_view spaces = " \t\r";
    line = line.substr(0, line.find('#'));
    const auto begin = line.find_first_not_of(spaces);
    if (begin == std::string_view::npos) return {};
    return line.substr(begin, line.find_last_not_of(spaces) - begin + 1);
}

// As it may be shown on one line.
std::string shown(std::string_view line) {
    std::string text(line.substr(0, 60));
    for (char& c : text)
        if (c < 0x20 || c > 0x7E) c = '?';
    return text;
}

}  // namespace

std::optional<std::string> read_named_file(Section& section, std::string_view key, const std::string& path,
                                           std::size_t most_bytes, DestinationConfig& destination) {
    std::error_code error;
    const bool is_file = std::filesystem::is_regular_file(path, error);
    const auto size = is_file ? std::filesystem::file_size(path, error) : 0;
    if (error || !is_file) {
        section.fault(key, path + (error ? " cannot be read: " + error.message() : " is not a regular file"));
        return std::nullopt;
    }
    std::string bytes(std::min<std::uintmax_t>(size, most_bytes + 1), '\0');
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    if (!file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()))) {
        const int reason = errno == 0 ? EIO : errno;
        section.fault(key, path + " cannot be read: " + std::generic_category().message(reason));
        return std::nullopt;
    }
    if (bytes.size() > most_bytes) {
        section.fault(key, path + " is larger than " + std::to_string(most_bytes) + " bytes");
        return std::nullopt;
    }
    destination.source += "\n" + path + " " + std::to_string(bytes.size()) + " " +
                          std::to_string(std::hash<std::string>{}(bytes));
    return bytes;
}

void read_list_file(Section& section, std::string_view key, const std::string& path, std::string_view wanted,
                    DestinationConfig& destination, const std::function<bool(std::string_view)>& take) {
    const auto bytes = read_named_file(section, key, path, largest_list_file, destination);
    if (!bytes) return;
    unsigned number = 0;
    std::size_t taken = 0, wrong = 0;
    for (std::string_view rest = *bytes; !rest.empty();) {
        const auto end = rest.find('\n');
        const std::string_view line = trimmed(rest.substr(0, end));
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        ++number;
        if (line.empty()) continue;
        if (take(line))
            ++taken;
        else if (++wrong <= most_lines_told)
            section.warn(key, path, number,
                         "\"" + shown(line) + "\" is skipped: it is not " + std::string(wanted));
    }
    if (wrong > most_lines_told)
        section.warn(key, path, 0,
                     "and " + std::to_string(wrong - most_lines_told) + " more lines are skipped, " +
                         std::to_string(wrong) + " of " + std::to_string(wrong + taken) + " in all");
    if (wrong != 0 && taken == 0) section.warn(key, path, 0, "nothing is left: the list is empty");
}

void note_named_file(const std::string& path, DestinationConfig& destination) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return;
    destination.source += "\n" + path;
    for (const auto number :
         {static_cast<std::int64_t>(status.st_size), static_cast<std::int64_t>(status.st_ino),
          static_cast<std::int64_t>(status.st_mtim.tv_sec),
          static_cast<std::int64_t>(status.st_mtim.tv_nsec)})
        destination.source += " " + std::to_string(number);
}

}  // namespace tapferry
