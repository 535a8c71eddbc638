// Queries that wait for their response, in the order in which they came: found by key, let go from the oldest
// on. Storage is reused, so in the steady state nothing is allocated. Owned by one Pairing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "proto/event.h"

namespace tapferry {

// What a query and its response have in common. Never compared by parts: all bytes of it count.
struct PairingKey {
    std::array<std::uint8_t, 16> query_address{};
    std::array<std::uint8_t, 16> response_address{};
    std::uint64_t source = 0;  // a hash of who told it
    std::uint64_t name = 0;    // a hash of the question, where the rest does not tell enough
    std::uint16_t query_port = 0;
    std::uint16_t response_port = 0;
    std::uint16_t dns_id = 0;
    std::uint16_t protocol = 0;
    friend bool operator==(const PairingKey&, const PairingKey&) = default;
};

// `question`: a hash of name, type and class; 0: it has none.
struct HeldQuery {
    PairingKey key;
    EventId id;
    Timestamp received;
    std::optional<Timestamp> query_time;
    std::uint64_t question = 0;
    MessageType type = MessageType::unknown;
    std::vector<std::uint8_t> bytes;  // of the frame, and behind them the input's name
    std::size_t frame_bytes = 0;

    [[nodiscard]] std::span<const std::uint8_t> frame() const { return std::span(bytes).first(frame_bytes); }
    [[nodiscard]] std::string_view input() const {
        return {reinterpret_cast<const char*>(bytes.data()) + frame_bytes, bytes.size() - frame_bytes};
    }
};

class HeldQueries {
  public:
    // `seed` must not be known to who chooses the keys.
    explicit HeldQueries(std::uint64_t seed) : seed_(seed) {}

    // Null: there is none.
    [[nodiscard]] HeldQuery* find(const PairingKey& key);
    // A place for a query of this key, of which there is none: the youngest. What is in it is old.
    HeldQuery& add(const PairingKey& key, std::span<const std::uint8_t> frame, std::string_view input);
    // The query is no longer held. What it points to stays as it is until the next add().
    void remove(const HeldQuery& query);
    // Null: none is held.
    [[nodiscard]] const HeldQuery* oldest() const;

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }  // of their frames

  private:
    using Index = std::uint32_t;
    static constexpr Index nowhere = ~Index{0};
    struct Place {
        HeldQuery query;
        std::uint64_t hash = 0;
        Index older = nowhere;
        Index younger = nowhere;
        Index next = nowhere;  // of its bucket, or of the free ones
    };

    [[nodiscard]] std::uint64_t hash_of(const PairingKey& key) const;
    [[nodiscard]] Index& bucket(std::uint64_t hash) { return buckets_[hash & (buckets_.size() - 1)]; }
    [[nodiscard]] Index index_of(const PairingKey& key, std::uint64_t hash);
    Index take_place();
    void grow();

    const std::uint64_t seed_;
    std::deque<Place> places_;  // queries stay where they are
    std::vector<Index> buckets_ = std::vector<Index>(64, nowhere);
    Index free_ = nowhere;
    Index oldest_ = nowhere;
    Index youngest_ = nowhere;
    std::size_t size_ = 0;
    std::size_t bytes_ = 0;
};

// For the keys above and what they are made of: four or five times an event, so it takes a third of SipHash's
// instructions. A seed that nobody knows blinds its products; more is proved of SipHash
// (encoders/aggregate/).
[[nodiscard]] std::uint64_t pairing_hash(std::string_view bytes, std::uint64_t seed);

}  // namespace tapferry
