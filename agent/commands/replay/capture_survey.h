// What a replay wants to know of a capture before its first frame goes out: who it is, how long it is, and
// when it begins. It is read as a whole for that.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "agent/commands/capture_file.h"

namespace tapferry {

using Sha256 = std::array<std::uint8_t, 32>;

struct CaptureSurvey {
    Sha256 digest{};  // of the file's bytes, as sha256sum gives it
    std::uint64_t frames = 0;
    Timestamp begins;      // the first time that a frame tells; of the file when none does
    CaptureResult result;  // as read_capture() gives it
};

// Whether to go on; called now and then.
using GoOn = std::function<bool()>;

// None: it was asked to stop. Throws std::system_error when the file cannot be read.
std::optional<CaptureSurvey> survey_capture(const std::string& file, const Timestamp& now, const GoOn& go_on);

// "9f3c…", 64 digits.
std::string hex_of(const Sha256& digest);
// The first 64 bits that are not all 0.
std::uint64_t incarnation_of(const Sha256& digest);

// Copies what can be read only once, a pipe, to a file of its own. False: it was asked to stop. Throws
// std::system_error.
bool copy_stream(const std::string& from, const std::filesystem::path& to, const GoOn& go_on);

}  // namespace tapferry
