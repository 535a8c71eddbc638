// Frame Streams bytes for tests: built by hand, or recorded from a real server's connection (tests/data/raw).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tapferry::test {

using Bytes = std::vector<std::uint8_t>;

inline constexpr std::string_view dnstap_type = "protobuf:dnstap.Dnstap";

Bytes operator+(Bytes left, const Bytes& right);
Bytes bytes_of(std::string_view text);
std::string text_of(std::span<const std::uint8_t> bytes);
Bytes u32(std::uint32_t value);

// A data frame with its length.
Bytes data_frame(std::string_view payload);
// A control frame of any type number, with one content type for each of `types`.
Bytes control(std::uint32_t type, const std::vector<std::string_view>& types = {});
Bytes ready(std::string_view type = dnstap_type);
Bytes start(std::string_view type = dnstap_type);
Bytes accept();
Bytes stop();
Bytes finish();

// tests/data/raw/NAME.conn1.raw: all that the server sent on one connection.
Bytes recorded(std::string_view name);
// The data frames of a sound recording, found by lengths alone.
std::vector<Bytes> frames_of(const Bytes& recording);

}  // namespace tapferry::test
