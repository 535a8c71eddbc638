// GELF over UDP (docs.graylog.org, "GELF", "Chunking"): a message that is too long for one datagram goes in
// up to 128, each behind a header of 12 bytes:
//
//   1E 0F   the message's id, 8 bytes   the chunk's number from 0 on, 1 byte   how many there are, 1 byte
//
// Receivers forget a message whose chunks have not all come within 5 s. Pure. Used by Datagram.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tapferry {

class GelfChunks {
  public:
    static constexpr std::size_t header_bytes = 12;
    static constexpr std::size_t most_chunks = 128;
    static constexpr std::size_t largest_datagram = 8192;
    using Header = std::array<char, header_bytes>;

    // The longest message that fits, in datagrams of `max_bytes`, which is more than a header.
    static constexpr std::size_t longest_message(std::size_t max_bytes) {
        return most_chunks * (max_bytes - header_bytes);
    }

    // `id`: of this message alone among those that a receiver may hold at a time.
    GelfChunks(std::string_view message, std::size_t max_bytes, std::uint64_t id)
        : message_(message), part_bytes_(max_bytes - header_bytes), id_(id) {}

    [[nodiscard]] std::size_t count() const { return (message_.size() + part_bytes_ - 1) / part_bytes_; }
    [[nodiscard]] std::string_view part(std::size_t number) const {
        return message_.substr(number * part_bytes_, part_bytes_);
    }
    [[nodiscard]] Header header(std::size_t number) const {
        Header header{'\x1e', '\x0f'};
        for (unsigned i = 0; i < 8; ++i) header[2 + i] = static_cast<char>(id_ >> (8 * (7 - i)));
        header[10] = static_cast<char>(number);
        header[11] = static_cast<char>(count());
        return header;
    }

  private:
    std::string_view message_;
    std::size_t part_bytes_;
    std::uint64_t id_;
};

}  // namespace tapferry
