#include "agent/stages/held_queries.h"

#include <cassert>
#include <cstring>

namespace tapferry {
namespace {

// A place keeps room for a frame of usual length only.
constexpr std::size_t kept_bytes = 512;

__extension__ using Wide = unsigned __int128;

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
    const Wide product = Wide{a} * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t load(const char* at, std::size_t count) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, count);
    return word;
}

static_assert(sizeof(PairingKey) == 56, "no padding: a key is hashed by its bytes");

}  // namespace

std::uint64_t pairing_hash(std::string_view bytes, std::uint64_t seed) {
    constexpr std::uint64_t one = 0x9e3779b97f4a7c15;
    constexpr std::uint64_t two = 0xd6e8feb86659fd93;
    std::uint64_t state = seed ^ mix(bytes.size() ^ one, seed ^ two);
    const char* at = bytes.data();
    std::size_t left = bytes.size();
    for (; left > 16; at += 16, left -= 16) state = mix(load(at, 8) ^ state, load(at + 8, 8) ^ seed ^ one);
    const std::size_t first = left < 8 ? left : 8;
    const std::uint64_t a = left == 0 ? 0 : load(at, first);
    const std::uint64_t b = left > 8 ? load(at + 8, left - 8) : 0;
    return mix(mix(a ^ state, b ^ seed ^ two), state ^ one);
}

std::uint64_t HeldQueries::hash_of(const PairingKey& key) const {
    return pairing_hash({reinterpret_cast<const char*>(&key), sizeof key}, seed_);
}

HeldQueries::Index HeldQueries::index_of(const PairingKey& key, std::uint64_t hash) {
    Index index = bucket(hash);
    while (index != nowhere && (places_[index].hash != hash || places_[index].query.key != key))
        index = places_[index].next;
    return index;
}

HeldQuery* HeldQueries::find(const PairingKey& key) {
    const Index index = index_of(key, hash_of(key));
    return index == nowhere ? nullptr : &places_[index].query;
}

HeldQuery& HeldQueries::add(const PairingKey& key, std::span<const std::uint8_t> frame,
                            std::string_view input) {
    if (size_ >= buckets_.size()) grow();
    const Index index = take_place();
    Place& place = places_[index];
    place.hash = hash_of(key);
    place.query.key = key;
    place.query.bytes.assign(frame.begin(), frame.end());
    place.query.bytes.insert(place.query.bytes.end(), input.begin(), input.end());
    place.query.frame_bytes = frame.size();
    place.next = bucket(place.hash);
    bucket(place.hash) = index;
    place.older = youngest_;
    place.younger = nowhere;
    (youngest_ == nowhere ? oldest_ : places_[youngest_].younger) = index;
    youngest_ = index;
    ++size_;
    bytes_ += place.query.bytes.size();
    return place.query;
}

void HeldQueries::remove(const HeldQuery& query) {
    const std::uint64_t hash = hash_of(query.key);
    const Index index = index_of(query.key, hash);
    assert(index != nowhere && &places_[index].query == &query);
    Place& place = places_[index];
    Index* link = &bucket(hash);
    while (*link != index) link = &places_[*link].next;
    *link = place.next;
    (place.older == nowhere ? oldest_ : places_[place.older].younger) = place.younger;
    (place.younger == nowhere ? youngest_ : places_[place.younger].older) = place.older;
    place.next = free_;
    free_ = index;
    --size_;
    bytes_ -= place.query.bytes.size();
}

const HeldQuery* HeldQueries::oldest() const {
    return oldest_ == nowhere ? nullptr : &places_[oldest_].query;
}

HeldQueries::Index HeldQueries::take_place() {
    if (free_ == nowhere) {
        places_.emplace_back();
        return static_cast<Index>(places_.size() - 1);
    }
    const Index index = free_;
    free_ = places_[index].next;
    auto& bytes = places_[index].query.bytes;
    if (bytes.capacity() > kept_bytes) std::vector<std::uint8_t>().swap(bytes);
    return index;
}

void HeldQueries::grow() {
    buckets_.assign(2 * buckets_.size(), nowhere);
    for (Index index = oldest_; index != nowhere; index = places_[index].younger) {
        Place& place = places_[index];
        place.next = bucket(place.hash);
        bucket(place.hash) = index;
    }
}

}  // namespace tapferry
