// Rows by key, in the order in which their keys came first. Bounded: when it is full the encoder's window
// ends early. The owner is one encoder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "encoders/aggregate/chunks.h"
#include "encoders/aggregate/key_table.h"

namespace tapferry {

template <typename Row>
class RowTable {
  public:
    // `max_rows` rows, whose keys take `bytes_a_row` each in the mean: longer ones make it full earlier.
    RowTable(std::size_t max_rows, std::size_t bytes_a_row, const HashKey& secret = HashKey::secret())
        : max_rows_(max_rows), max_bytes_(max_rows * bytes_a_row), keys_(secret) {}

    struct Found {
        Row& row;
        bool is_new;  // the row is as it was made
    };
    Found find_or_add(std::string_view key) {
        const auto [number, is_new] = keys_.find_or_add(key);
        return {is_new ? rows_.push_back(Row{}) : rows_[number], is_new};
    }
    [[nodiscard]] std::uint32_t size() const { return keys_.size(); }
    [[nodiscard]] std::string_view key(std::uint32_t number) const { return keys_.key(number); }
    [[nodiscard]] const Row& row(std::uint32_t number) const { return rows_[number]; }
    // `more`: bytes that belong to the rows and lie elsewhere.
    [[nodiscard]] bool full(std::size_t more = 0) const {
        return size() >= max_rows_ || keys_.key_bytes() + more >= max_bytes_;
    }
    void clear() {
        keys_.clear();
        rows_.clear();
    }

  private:
    std::size_t max_rows_;
    std::size_t max_bytes_;
    KeyTable keys_;
    Chunks<Row, 1024> rows_;
};

}  // namespace tapferry
