// Packs bytes with gzip or zstd: the bodies of requests and files that are finished. The door of
// igzip, and one of libdeflate's and libzstd's.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tapferry {

enum class Compression : std::uint8_t { none, gzip, zstd };

// ".gz", ".zst", or nothing.
std::string_view suffix_of(Compression compression);

class Compressor {
  public:
    enum class Effort : std::uint8_t {
        least,  // while somebody waits for it
        usual,  // in the background
    };
    Compressor(Compression compression, Effort effort);
    ~Compressor();

    // Appends `bytes` to `into` as one gzip member (RFC 1952, section 2.2) or one zstd frame (RFC 8878,
    // section 3.1): several one behind the other read as one. Unpacked when there is no compression. Throws
    // std::bad_alloc.
    void append(std::string_view bytes, std::string& into);

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace tapferry
