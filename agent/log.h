// The agent's own log: one line on standard error for each change of state, never one for an event. Lines are
// plain printable text whatever was in the message, so no peer can forge one. Any thread may write; whoever
// reads standard error and stops reading holds up nobody: lines that it has no room for are left out, and
// counted.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace tapferry {

enum class LogLevel : std::uint8_t { error, warn, info, debug };
enum class LogFormat : std::uint8_t { text, json };

struct LogOptions {
    LogLevel level = LogLevel::info;
    LogFormat format = LogFormat::text;
    friend bool operator==(const LogOptions&, const LogOptions&) = default;
};

class Log {
  public:
    explicit Log(LogOptions options, int descriptor = 2) : options_(options), descriptor_(descriptor) {}

    // `about`: the input, destination or part that the line is about.
    void error(std::string_view about, std::string_view text) { write(LogLevel::error, about, text); }
    void warn(std::string_view about, std::string_view text) { write(LogLevel::warn, about, text); }
    void info(std::string_view about, std::string_view text) { write(LogLevel::info, about, text); }
    void debug(std::string_view about, std::string_view text) { write(LogLevel::debug, about, text); }

    void set(LogOptions options);

  private:
    void write(LogLevel level, std::string_view about, std::string_view text);

    std::mutex mutex_;
    LogOptions options_;
    int descriptor_;
    std::uint64_t left_out_ = 0;  // lines, since one was written
};

}  // namespace tapferry
