#include "transports/compression.h"

#include <isa-l/igzip_lib.h>
#include <libdeflate.h>
#include <zstd.h>

#include <array>
#include <cstdint>
#include <limits>
#include <new>

namespace tapferry {

namespace {

struct Free {
    void operator()(libdeflate_compressor* compressor) const { libdeflate_free_compressor(compressor); }
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

constexpr int small_files_level = 6;
int zstd_level(Compressor::Effort effort) {
    return effort == Compressor::Effort::least ? 1 : 3;
}

// It takes a third of the time of libdeflate's lowest level, and its bodies are a twentieth longer: as long
// as those of zlib's lowest, which takes ten times as long.
class QuickGzip {
  public:
    // What cannot be packed is stored in blocks of up to 64 KiB.
    static std::size_t most(std::size_t bytes) { return bytes + (bytes >> 12) + 512; }
    std::size_t pack(std::string_view bytes, char* to, std::size_t room) {
        if (room > std::numeric_limits<std::uint32_t>::max()) return 0;
        isal_deflate_stateless_init(&stream_);
        stream_.level = 1;
        stream_.level_buf = tables_.data();
        stream_.level_buf_size = static_cast<std::uint32_t>(tables_.size());
        stream_.gzip_flag = IGZIP_GZIP;
        stream_.end_of_stream = 1;
        // The interface is not const-correct: it changes nothing.
        stream_.next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(bytes.data()));
        stream_.avail_in = static_cast<std::uint32_t>(bytes.size());
        stream_.next_out = reinterpret_cast<std::uint8_t*>(to);
        stream_.avail_out = static_cast<std::uint32_t>(room);
        return isal_deflate_stateless(&stream_) == COMP_OK ? stream_.total_out : 0;
    }

  private:
    isal_zstream stream_;
    std::array<std::uint8_t, ISAL_DEF_LVL1_DEFAULT> tables_;
};

}  // namespace

struct Compressor::Parts {
    Compression compression;
    Effort effort;
    std::unique_ptr<QuickGzip> quick_gzip{};
    std::unique_ptr<libdeflate_compressor, Free> gzip{};
    std::unique_ptr<ZSTD_CCtx, Free> zstd{};
    // Where it is packed: as long as the worst that may come of it, which what comes of it need not be.
    std::unique_ptr<char[]> room{};
    std::size_t room_size = 0;

    std::size_t most(std::size_t bytes) const {
        if (quick_gzip) return QuickGzip::most(bytes);
        return gzip ? libdeflate_gzip_compress_bound(gzip.get(), bytes) : ZSTD_compressBound(bytes);
    }
    // Empty: it failed, which only a body above 4 GiB can make it.
    std::string_view packed(std::string_view bytes) {
        if (const std::size_t needed = most(bytes.size()); needed > room_size) {
            room = std::make_unique_for_overwrite<char[]>(needed);
            room_size = needed;
        }
        return {room.get(), pack(bytes)};
    }
    std::size_t pack(std::string_view bytes) const {
        if (quick_gzip) return quick_gzip->pack(bytes, room.get(), room_size);
        if (gzip)
            return libdeflate_gzip_compress(gzip.get(), bytes.data(), bytes.size(), room.get(), room_size);
        const std::size_t count = ZSTD_compressCCtx(zstd.get(), room.get(), room_size, bytes.data(),
                                                    bytes.size(), zstd_level(effort));
        return ZSTD_isError(count) != 0 ? 0 : count;
    }
};

std::string_view suffix_of(Compression compression) {
    if (compression == Compression::none) return "";
    return compression == Compression::gzip ? ".gz" : ".zst";
}

Compressor::Compressor(Compression compression, Effort effort)
    : parts_(std::make_unique<Parts>(Parts{compression, effort})) {
    const bool is_gzip = compression == Compression::gzip;
    if (is_gzip && effort == Effort::least) {
        parts_->quick_gzip = std::make_unique<QuickGzip>();
    } else if (is_gzip) {
        parts_->gzip.reset(libdeflate_alloc_compressor(small_files_level));
        if (!parts_->gzip) throw std::bad_alloc();
    } else if (compression == Compression::zstd) {
        parts_->zstd.reset(ZSTD_createCCtx());
        if (!parts_->zstd) throw std::bad_alloc();
    }
}

Compressor::~Compressor() = default;

void Compressor::append(std::string_view bytes, std::string& into) {
    if (parts_->compression == Compression::none) {
        into.append(bytes);
        return;
    }
    const std::string_view packed = parts_->packed(bytes);
    if (packed.empty()) throw std::bad_alloc();
    into.append(packed);
}

}  // namespace tapferry
