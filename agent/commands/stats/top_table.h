// Counts texts and tells the most frequent ones, in bounded memory. It is exact until it is full; then the
// rarer half goes, and from there on a count may be too high by what its entry could have had before it came
// (Space-Saving, Metwally et al. 2005, a half at a time). Names are chosen by attackers, so the hash has a
// key.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "encoders/aggregate/keyed_hash.h"

namespace tapferry {

class TopTable {
  public:
    struct Entry {
        std::string_view text;  // lives as long as the table is not added to
        std::uint64_t count = 0;
        std::uint64_t error = 0;  // how much of it may be too much; 0: exact
    };

    explicit TopTable(std::size_t max_entries = 1'000'000, std::size_t max_bytes = 128u << 20);

    void add(std::string_view text);

    // The `most` most frequent ones, the highest count first, equal ones in order of text.
    [[nodiscard]] std::vector<Entry> top(std::size_t most) const;
    [[nodiscard]] std::uint64_t total() const { return total_; }
    // How many different texts there were; when not exact(), there were at least so many.
    [[nodiscard]] std::uint64_t distinct() const { return counts_.size() + removed_; }
    [[nodiscard]] bool exact() const { return removed_ == 0; }

  private:
    struct Hash {
        using is_transparent = void;
        HashKey key;
        std::size_t operator()(std::string_view text) const;
    };
    struct Equal {
        using is_transparent = void;
        bool operator()(std::string_view a, std::string_view b) const { return a == b; }
    };
    struct Count {
        std::uint64_t count = 0;
        std::uint64_t error = 0;
    };

    void remove_the_rarer_half();

    std::size_t max_entries_;
    std::size_t max_bytes_;
    std::size_t bytes_ = 0;  // of the entries, about
    std::uint64_t total_ = 0;
    std::uint64_t floor_ = 0;    // the highest count that was removed
    std::uint64_t removed_ = 0;  // different texts
    std::unordered_map<std::string, Count, Hash, Equal> counts_;
};

}  // namespace tapferry
