#include "agent/commands/stats/top_table.h"

#include <algorithm>
#include <tuple>

namespace tapferry {

namespace {

// What an entry costs beside its text: node, counts and bucket.
constexpr std::size_t entry_bytes = 96;

bool before(const TopTable::Entry& a, const TopTable::Entry& b) {
    return std::tie(b.count, a.text) < std::tie(a.count, b.text);
}

}  // namespace

std::size_t TopTable::Hash::operator()(std::string_view text) const {
    return static_cast<std::size_t>(sip_hash(key, text));
}

TopTable::TopTable(std::size_t max_entries, std::size_t max_bytes)
    : max_entries_(max_entries), max_bytes_(max_bytes), counts_(0, Hash{HashKey::secret()}) {}

void TopTable::add(std::string_view text) {
    ++total_;
    if (const auto found = counts_.find(text); found != counts_.end()) {
        ++found->second.count;
        return;
    }
    if (counts_.size() >= max_entries_ || bytes_ >= max_bytes_) remove_the_rarer_half();
    counts_.emplace(text, Count{floor_ + 1, floor_});
    bytes_ += text.size() + entry_bytes;
}

void TopTable::remove_the_rarer_half() {
    std::vector<std::uint64_t> counts;
    counts.reserve(counts_.size());
    for (const auto& [text, count] : counts_) counts.push_back(count.count);
    const auto middle = counts.begin() + static_cast<std::ptrdiff_t>(counts.size() / 2);
    std::nth_element(counts.begin(), middle, counts.end());
    floor_ = std::max(floor_, *middle);
    for (auto entry = counts_.begin(); entry != counts_.end();) {
        if (entry->second.count > floor_) {
            ++entry;
            continue;
        }
        bytes_ -= entry->first.size() + entry_bytes;
        ++removed_;
        entry = counts_.erase(entry);
    }
}

std::vector<TopTable::Entry> TopTable::top(std::size_t most) const {
    std::vector<Entry> entries;
    entries.reserve(counts_.size());
    for (const auto& [text, count] : counts_) entries.push_back({text, count.count, count.error});
    const auto end = entries.begin() + static_cast<std::ptrdiff_t>(std::min(most, entries.size()));
    std::partial_sort(entries.begin(), end, entries.end(), before);
    entries.erase(end, entries.end());
    return entries;
}

}  // namespace tapferry
