#include "encoders/aggregate/key_table.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <limits>

namespace tapferry {
namespace {

constexpr std::size_t fewest_slots = 1024;
using Length = std::uint16_t;

// A quarter of the slots stays empty.
bool is_crowded(std::size_t keys, std::size_t slots) {
    return keys >= slots - slots / 4;
}

}  // namespace

KeyTable::Found KeyTable::find_or_add(std::string_view key) {
    key = key.substr(0, max_key);
    if (is_crowded(places_.size(), slots_.size())) grow();
    const auto hash = static_cast<std::uint32_t>(sip_hash(secret_, key));
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t slot = hash & mask;; slot = (slot + 1) & mask) {
        if (slots_[slot] == 0) {
            const std::uint32_t number = add(key, hash);
            slots_[slot] = number + 1;
            return {number, true};
        }
        const std::uint32_t number = slots_[slot] - 1;
        if (places_[number].hash == hash && this->key(number) == key) return {number, false};
    }
}

std::string_view KeyTable::key(std::uint32_t number) const {
    const char* const at = &bytes_[places_[number].begin];
    Length length = 0;
    std::memcpy(&length, at, sizeof length);
    return {at + sizeof length, length};
}

std::uint32_t KeyTable::add(std::string_view key, std::uint32_t hash) {
    const auto length = static_cast<Length>(key.size());
    char* const at = bytes_.extend(sizeof length + key.size());
    std::memcpy(at, &length, sizeof length);
    if (!key.empty()) std::memcpy(at + sizeof length, key.data(), key.size());
    assert(bytes_.size() <= std::numeric_limits<std::uint32_t>::max());
    places_.push_back({static_cast<std::uint32_t>(bytes_.size() - key.size() - sizeof length), hash});
    return size() - 1;
}

void KeyTable::grow() {
    slots_.assign(std::max(fewest_slots, 2 * slots_.size()), 0);
    const std::size_t mask = slots_.size() - 1;
    for (std::uint32_t number = 0; number < size(); ++number) {
        std::size_t slot = places_[number].hash & mask;
        while (slots_[slot] != 0) slot = (slot + 1) & mask;
        slots_[slot] = number + 1;
    }
}

void KeyTable::clear() {
    std::fill(slots_.begin(), slots_.end(), 0);
    places_.clear();
    bytes_.clear();
}

}  // namespace tapferry
