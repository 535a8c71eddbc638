// A sequence that grows by pieces of one size and never moves what it holds: no room is held twice while it
// grows, and what has grown once is used again after clear(). Used by the tables of encoders that aggregate.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace tapferry {

template <typename T, std::size_t chunk_size>
class Chunks {
  public:
    T& operator[](std::size_t index) { return chunks_[index / chunk_size][index % chunk_size]; }
    const T& operator[](std::size_t index) const { return chunks_[index / chunk_size][index % chunk_size]; }
    [[nodiscard]] std::size_t size() const { return size_; }

    T& push_back(const T& value) {
        T* const place = extend(1);
        return *place = value;
    }
    // `count` neighbours at the end, at most chunk_size. When they do not fit into the last chunk, its rest
    // is left empty and counts.
    T* extend(std::size_t count) {
        const std::size_t rest = chunk_size - size_ % chunk_size;
        if (rest < count) size_ += rest;
        if (size_ / chunk_size == chunks_.size())
            chunks_.push_back(std::make_unique_for_overwrite<T[]>(chunk_size));
        T* const place = &(*this)[size_];
        size_ += count;
        return place;
    }
    void clear() { size_ = 0; }

  private:
    std::vector<std::unique_ptr<T[]>> chunks_;
    std::size_t size_ = 0;
};

}  // namespace tapferry
