#include "agent/log.h"

#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <string>

#include "proto/dns_text.h"
#include "proto/text_buffer.h"

namespace tapferry {

namespace {

constexpr std::array<std::string_view, 4> level_names{"error", "warn", "info", "debug"};

// With every byte escaped to five, and what stands before it, still below PIPE_BUF.
constexpr std::size_t longest_text = (PIPE_BUF - 512) / 5;

Timestamp now() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since);
    return {seconds.count(), static_cast<std::uint32_t>((since - seconds) / std::chrono::nanoseconds{1})};
}

// Printable ASCII as it is; every other byte as \DDD: above it lie controls too, and what is no UTF-8 is no
// JSON.
void append_safe(TextBuffer& out, std::string_view text, bool json) {
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte >= 0x7f) {
            out.append(json ? "\\\\" : "\\");
            for (const unsigned digit : {byte / 100u, byte / 10u % 10u, byte % 10u})
                out.push_back(static_cast<char>('0' + digit));
        } else {
            if (json && (c == '"' || c == '\\')) out.push_back('\\');
            out.push_back(c);
        }
    }
}

void append_line(TextBuffer& line, LogFormat format, LogLevel level, std::string_view about,
                 std::string_view text) {
    const bool json = format == LogFormat::json;
    const std::string_view level_name = level_names[static_cast<std::size_t>(level)];
    line.append(json ? R"({"time":")" : "");
    append_rfc3339(line, now(), 3);
    line.append(json ? R"(","level":")" : " ");
    line.append(level_name);
    line.append(json ? R"(","about":")" : " ");
    append_safe(line, about, json);
    line.append(json ? R"(","text":")" : ": ");
    append_safe(line, text, json);
    line.append(json ? "\"}\n" : "\n");
}

}  // namespace

void Log::set(LogOptions options) {
    const std::lock_guard lock(mutex_);
    options_ = options;
}

void Log::write(LogLevel level, std::string_view about, std::string_view text) {
    const std::lock_guard lock(mutex_);
    if (level > options_.level) return;
    // A pipe or terminal that is ready takes PIPE_BUF bytes without waiting.
    pollfd output{descriptor_, POLLOUT, 0};
    if (::poll(&output, 1, 0) != 1 || (output.revents & POLLOUT) == 0) {
        ++left_out_;
        return;
    }
    TextBuffer line;
    if (left_out_ != 0) {
        append_line(line, options_.format, LogLevel::warn, "log",
                    std::to_string(left_out_) + " lines left out");
        left_out_ = 0;
    }
    append_line(line, options_.format, level, about, text.substr(0, longest_text));
    // A log that cannot be written has nowhere to say so.
    [[maybe_unused]] const auto written = ::write(descriptor_, line.data(), line.size());
}

}  // namespace tapferry
