#include "agent/last_version.h"

#include <algorithm>
#include <fstream>

namespace tapferry {

namespace {

constexpr std::size_t longest_version = 32;

bool is_version(const std::string& text) {
    return !text.empty() && text.size() <= longest_version &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '.' || c == '-' || c == '+' ||
                      c == '~';
           });
}

}  // namespace

std::string exchange_last_version(const std::filesystem::path& state_directory, std::string_view now) {
    const auto file = state_directory / "version";
    std::string before(longest_version + 1, '\0');
    {
        std::ifstream in(file);
        in.read(before.data(), static_cast<std::streamsize>(before.size()));
        before.resize(static_cast<std::size_t>(in.gcount()));
    }
    before.resize(std::min(before.size(), before.find('\n')));
    if (before != now) std::ofstream(file, std::ios::trunc) << now << '\n';
    return is_version(before) ? before : std::string();
}

}  // namespace tapferry
