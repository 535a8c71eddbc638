// The keys that have been seen, numbered in the order in which they came: the same keys in the same order
// have the same numbers, whatever the secret that they are hashed under. Open addressing over 32-bit numbers;
// the keys themselves lie one behind another. Room is used again after clear(). The owner is one encoder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "encoders/aggregate/chunks.h"
#include "encoders/aggregate/keyed_hash.h"

namespace tapferry {

class KeyTable {
  public:
    static constexpr std::size_t max_key = 65'000;  // bytes

    explicit KeyTable(const HashKey& secret) : secret_(secret) {}

    struct Found {
        std::uint32_t number;
        bool is_new;
    };
    // A longer key counts as its first max_key bytes.
    Found find_or_add(std::string_view key);
    [[nodiscard]] std::string_view key(std::uint32_t number) const;
    [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(places_.size()); }
    // What the keys take, at most 4 GiB.
    [[nodiscard]] std::size_t key_bytes() const { return bytes_.size(); }
    void clear();

  private:
    struct Place {
        std::uint32_t begin;  // in bytes_: two bytes of length, then the key
        std::uint32_t hash;
    };
    void grow();
    std::uint32_t add(std::string_view key, std::uint32_t hash);

    HashKey secret_;
    std::vector<std::uint32_t> slots_;  // a key's number and one more; 0: empty. A power of two
    Chunks<Place, 4096> places_;
    Chunks<char, 1 << 16> bytes_;
};

}  // namespace tapferry
