#include "transports/files/file_names.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

namespace tapferry {

namespace {

// How many digits stand for a directive; 0: there is no such directive.
std::size_t digits_of(char directive) {
    switch (directive) {
        case 'Y':
            return 4;
        case 'j':
            return 3;
        case 'm':
        case 'd':
        case 'H':
        case 'M':
        case 'S':
            return 2;
        default:
            return 0;
    }
}

std::string formatted(const std::string& format, FileNames::Time now) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 512> text{};
    return {text.data(), std::strftime(text.data(), text.size(), format.c_str(), &parts)};
}

bool take_digits(std::string_view& text, std::size_t count) {
    const auto is_digit = [](char letter) { return letter >= '0' && letter <= '9'; };
    if (text.size() < count ||
        !std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(count), is_digit))
        return false;
    text.remove_prefix(count);
    return true;
}

bool take(std::string_view& text, std::string_view wanted) {
    if (!text.starts_with(wanted)) return false;
    text.remove_prefix(wanted.size());
    return true;
}

// ".20261127T093000Z"
bool take_stamp(std::string_view& text) {
    std::string_view rest = text;
    if (!take(rest, ".") || !take_digits(rest, 8) || !take(rest, "T") || !take_digits(rest, 6) ||
        !take(rest, "Z"))
        return false;
    text = rest;
    return true;
}

// ".2": there were several of that name.
void take_count(std::string_view& text) {
    if (text.size() < 2 || text[0] != '.' || text[1] < '1' || text[1] > '9') return;
    text.remove_prefix(std::min(text.find_first_not_of("0123456789", 1), text.size()));
}

}  // namespace

FileNames::FileNames(std::string path) {
    const std::size_t slash = path.rfind('/');
    directory_ = path.substr(0, slash == 0 ? 1 : slash);
    pattern_ = path.substr(slash + 1);
}

bool FileNames::tell_time() const {
    for (std::size_t i = pattern_.find('%'); i != std::string::npos; i = pattern_.find('%', i + 2))
        if (pattern_[i + 1] != '%') return true;
    return false;
}

std::string FileNames::fault_of(std::string_view path) {
    if (!path.starts_with('/')) return "must be an absolute path, beginning with \"/\"";
    const std::size_t slash = path.rfind('/');
    if (slash + 1 == path.size()) return "names a directory, and must name a file";
    if (path.substr(0, slash).find('%') != std::string_view::npos)
        return "may hold % only in the file's own name, after the last \"/\"";
    const std::string_view name = path.substr(slash + 1);
    if (name.size() > 200) return "has a name of more than 200 characters";
    for (std::size_t i = name.find('%'); i != std::string_view::npos; i = name.find('%', i + 2)) {
        const char directive = i + 1 < name.size() ? name[i + 1] : '\0';
        if (directive != '%' && digits_of(directive) == 0)
            return "may hold only %Y %m %d %H %M %S %j, in UTC, and %% for a % itself";
    }
    return "";
}

std::string FileNames::current(Time now) const {
    return directory_ + (directory_ == "/" ? "" : "/") + formatted(pattern_, now);
}

std::string FileNames::finished(const std::string& current, Time now, unsigned count) {
    std::string path = current + formatted(".%Y%m%dT%H%M%SZ", now);
    if (count > 1) path += "." + std::to_string(count);
    return path;
}

bool FileNames::ours(std::string_view name) const {
    bool timed = false;
    for (std::size_t i = 0; i < pattern_.size(); ++i) {
        const std::string_view rest = std::string_view(pattern_).substr(i);
        if (rest[0] != '%' || rest[1] == '%') {
            if (!take(name, rest.substr(0, 1))) return false;
        } else if (!take_digits(name, digits_of(rest[1]))) {
            return false;
        }
        if (rest[0] == '%') ++i, timed = timed || rest[1] != '%';
    }
    timed = take_stamp(name) || timed;
    take_count(name);
    return timed && (name.empty() || name == ".gz" || name == ".zst");
}

}  // namespace tapferry
