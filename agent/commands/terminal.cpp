#include "agent/commands/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

namespace tapferry {

namespace {

std::string_view variable(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? "" : value;
}

}  // namespace

bool output_is_terminal() {
    return ::isatty(STDOUT_FILENO) == 1;
}

bool errors_go_to_terminal() {
    return ::isatty(STDERR_FILENO) == 1;
}

std::size_t output_width(std::size_t otherwise) {
    winsize size{};
    const bool known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col != 0;
    return known ? size.ws_col : otherwise;
}

bool output_has_colours() {
    return output_is_terminal() && variable("NO_COLOR").empty() && variable("TERM") != "dumb";
}

bool locale_is_utf8() {
    std::string_view locale;
    for (const char* const name : {"LC_ALL", "LC_CTYPE", "LANG"})
        if (locale.empty()) locale = variable(name);
    return locale.find("UTF-8") != std::string_view::npos || locale.find("utf8") != std::string_view::npos;
}

}  // namespace tapferry
