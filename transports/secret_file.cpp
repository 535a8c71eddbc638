#include "transports/secret_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

#include "transports/network/descriptor.h"

namespace tapferry {
namespace {

constexpr std::size_t most_bytes = 64 << 10;
constexpr std::string_view white_space = " \t\r\n";

bool is_open_to_everybody(const struct stat& status) {
    return (status.st_mode & S_IRWXO) != 0;
}

std::string words_of_openness(const std::string& path) {
    return path + " may be read or written by everybody on this host; chmod o= it";
}

std::string words_of(const std::string& path, int error) {
    return path + ": " + std::generic_category().message(error);
}

std::string trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(white_space);
    if (begin == std::string_view::npos) return {};
    return std::string(text.substr(begin, text.find_last_not_of(white_space) - begin + 1));
}

}  // namespace

std::variant<std::string, SecretFault> read_secret_file(const std::string& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat status {};
    if (!file.is_open() || ::fstat(file.get(), &status) != 0) return SecretFault{words_of(path, errno)};
    if (!S_ISREG(status.st_mode)) return SecretFault{path + " is not a regular file"};
    if (is_open_to_everybody(status)) return SecretFault{words_of_openness(path)};
    std::string text;
    std::array<char, 4096> room{};
    ssize_t count = 0;
    while (text.size() <= most_bytes && (count = ::read(file.get(), room.data(), room.size())) > 0)
        text.append(room.data(), static_cast<std::size_t>(count));
    if (count < 0) return SecretFault{words_of(path, errno)};
    if (text.size() > most_bytes)
        return SecretFault{path + " holds more than " + std::to_string(most_bytes) + " bytes"};
    text = trimmed(text);
    if (text.empty()) return SecretFault{path + " is empty"};
    return text;
}

std::string fault_of_openness(const std::string& path) {
    struct stat status {};
    const bool open = ::stat(path.c_str(), &status) == 0 && is_open_to_everybody(status);
    return open ? words_of_openness(path) : "";
}

}  // namespace tapferry
