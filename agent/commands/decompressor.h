// Unpacks what gzip and Zstandard packed, in the pieces in which it comes: several members or frames one
// behind the other, as both tools write and read them. decompressor.cpp is the door of zlib and libzstd. Used
// by capture_file.cpp.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

namespace tapferry {

enum class Packing : std::uint8_t { none, gzip, zstd, xz, lz4, bzip2 };

// How many bytes recognise_packing() wants to see, unless the file is shorter.
inline constexpr std::size_t packing_magic_bytes = 4;
Packing recognise_packing(std::span<const std::uint8_t> beginning);
std::string_view packing_name(Packing);  // "gzip": also the name of the tool
// It is told from others, and not unpacked.
bool is_foreign(Packing);

class Decompressor {
  public:
    using Taker = std::function<bool(std::span<const std::uint8_t>)>;
    enum class Step : std::uint8_t {
        taken,    // all input is used up
        damaged,  // what follows cannot be unpacked; what came before was given to `take`
        stopped,  // `take` returned false
    };

    virtual ~Decompressor() = default;
    // Unpacks all of `input`, in pieces of bounded size, to `take`.
    [[nodiscard]] virtual Step feed(std::span<const std::uint8_t> input, const Taker& take) = 0;
    // Whether the input could end here.
    [[nodiscard]] virtual bool complete() const = 0;
};

// Throws std::bad_alloc without memory. `packing` is gzip or zstd.
std::unique_ptr<Decompressor> make_decompressor(Packing packing);

}  // namespace tapferry
