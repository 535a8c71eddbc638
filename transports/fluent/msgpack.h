// MessagePack (msgpack.org's spec.md), as much of it as the forward protocol has: values appended to a
// string, and the values of a receiver's short answers taken apart. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proto/timestamp.h"

namespace tapferry::msgpack {

void append_nil(std::string& out);
void append_boolean(std::string& out, bool value);
void append_unsigned(std::string& out, std::uint64_t value);
void append_signed(std::string& out, std::int64_t value);
void append_double(std::string& out, double value);
void append_text(std::string& out, std::string_view text);
// Begin what so many values, or pairs of values, complete.
void append_array(std::string& out, std::uint32_t count);
void append_map(std::string& out, std::uint32_t count);
// The forward protocol's EventTime: extension type 0, seconds and nanoseconds of 32 bits each.
void append_event_time(std::string& out, Timestamp time);

// For arrays, maps and bytes whose size is known only behind them: a head of five bytes, to be filled in by
// its place.
std::size_t open_array(std::string& out);
std::size_t open_map(std::string& out);
std::size_t open_binary(std::string& out);
void close(std::string& out, std::size_t place, std::size_t count);

struct Value {
    enum class Kind : std::uint8_t { nil, boolean, number, text, array, map };
    Kind kind = Kind::nil;
    bool is_true = false;
    std::string_view text{};  // or bytes
    std::uint32_t count = 0;  // of the values that follow and belong to it; of a map: pairs
};

// Goes through the values of some bytes, one after the other, the contents of arrays and maps behind them.
class ValueReader {
  public:
    enum class Step : std::uint8_t {
        need_more,  // these bytes break off
        value,
        broken,  // these are no values, or of more than anybody has to say
    };
    // No array or map of an answer has more.
    static constexpr std::uint32_t most_count = 64;
    static constexpr std::size_t most_text = 8 << 10;

    explicit ValueReader(std::string_view bytes) : bytes_(bytes) {}
    Step next(Value& value);
    // The next value with all that belongs to it, whatever it is.
    Step skip();
    [[nodiscard]] std::size_t at() const { return at_; }

  private:
    // A big-endian number of so many bytes; none: they are not there.
    std::optional<std::uint64_t> take_number(std::size_t size);
    Step take_text(std::optional<std::uint64_t> length, Value& value);
    Step take_count(std::optional<std::uint64_t> count, Value::Kind kind, Value& value);
    Step take_number(std::size_t size, Value& value);

    std::string_view bytes_;
    std::size_t at_ = 0;
};

}  // namespace tapferry::msgpack
