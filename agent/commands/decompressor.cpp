#include "agent/commands/decompressor.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <new>
#include <vector>

namespace tapferry {

namespace {

constexpr std::size_t piece_bytes = 256 * 1024;
// Frames that want more memory than 128 MiB are refused: the limit of the zstd tool.
constexpr int largest_window_log = 27;

class Gunzip final : public Decompressor {
  public:
    Gunzip() {
        constexpr int gzip_only = 16;
        if (::inflateInit2(&stream_, MAX_WBITS + gzip_only) != Z_OK) throw std::bad_alloc();
    }
    ~Gunzip() override { ::inflateEnd(&stream_); }
    Gunzip(const Gunzip&) = delete;
    Gunzip& operator=(const Gunzip&) = delete;

    Step feed(std::span<const std::uint8_t> input, const Taker& take) override {
        stream_.next_in = const_cast<Bytef*>(input.data());  // which it only reads
        stream_.avail_in = static_cast<uInt>(input.size());
        do {
            if (at_end_ && stream_.avail_in > 0) begin_member();
            stream_.next_out = piece_.data();
            stream_.avail_out = static_cast<uInt>(piece_.size());
            const int result = ::inflate(&stream_, Z_NO_FLUSH);
            const std::size_t done = piece_.size() - stream_.avail_out;
            if (done != 0 && !take({piece_.data(), done})) return Step::stopped;
            if (result == Z_STREAM_END) {
                at_end_ = true;
            } else if (result != Z_OK && result != Z_BUF_ERROR) {
                return Step::damaged;
            }
        } while (stream_.avail_in > 0 || stream_.avail_out == 0);
        return Step::taken;
    }
    bool complete() const override { return at_end_; }

  private:
    void begin_member() {
        ::inflateReset(&stream_);
        at_end_ = false;
    }

    z_stream stream_{};
    bool at_end_ = false;
    std::vector<std::uint8_t> piece_ = std::vector<std::uint8_t>(piece_bytes);
};

class Unzstd final : public Decompressor {
  public:
    Unzstd() : stream_(::ZSTD_createDStream()) {
        if (stream_ == nullptr) throw std::bad_alloc();
        ::ZSTD_DCtx_setParameter(stream_.get(), ZSTD_d_windowLogMax, largest_window_log);
    }

    Step feed(std::span<const std::uint8_t> input, const Taker& take) override {
        ZSTD_inBuffer in{input.data(), input.size(), 0};
        bool more_to_come = false;
        while (in.pos < in.size || more_to_come) {
            ZSTD_outBuffer out{piece_.data(), piece_.size(), 0};
            const std::size_t hint = ::ZSTD_decompressStream(stream_.get(), &out, &in);
            if (out.pos != 0 && !take({piece_.data(), out.pos})) return Step::stopped;
            if (::ZSTD_isError(hint) != 0) return Step::damaged;
            at_end_ = hint == 0;
            more_to_come = !at_end_ && out.pos == out.size;
        }
        return Step::taken;
    }
    bool complete() const override { return at_end_; }

  private:
    struct Free {
        void operator()(ZSTD_DStream* stream) const { ::ZSTD_freeDStream(stream); }
    };
    std::unique_ptr<ZSTD_DStream, Free> stream_;
    bool at_end_ = false;
    std::vector<std::uint8_t> piece_ = std::vector<std::uint8_t>(piece_bytes);
};

bool begins_with(std::span<const std::uint8_t> bytes, std::initializer_list<std::uint8_t> magic) {
    return bytes.size() >= magic.size() && std::equal(magic.begin(), magic.end(), bytes.begin());
}

}  // namespace

Packing recognise_packing(std::span<const std::uint8_t> beginning) {
    if (begins_with(beginning, {0x1F, 0x8B})) return Packing::gzip;              // RFC 1952, section 2.3.1
    if (begins_with(beginning, {0x28, 0xB5, 0x2F, 0xFD})) return Packing::zstd;  // RFC 8878, section 3.1.1
    if (begins_with(beginning, {0xFD, '7', 'z', 'X'})) return Packing::xz;      // xz-file-format.txt, 2.1.1.1
    if (begins_with(beginning, {0x04, 0x22, 0x4D, 0x18})) return Packing::lz4;  // lz4_Frame_format.md
    if (begins_with(beginning, {'B', 'Z', 'h'})) return Packing::bzip2;
    return Packing::none;
}

bool is_foreign(Packing packing) {
    return packing == Packing::xz || packing == Packing::lz4 || packing == Packing::bzip2;
}

std::string_view packing_name(Packing packing) {
    switch (packing) {
        case Packing::gzip:
            return "gzip";
        case Packing::zstd:
            return "zstd";
        case Packing::xz:
            return "xz";
        case Packing::lz4:
            return "lz4";
        case Packing::bzip2:
            return "bzip2";
        case Packing::none:
            break;
    }
    return "";
}

std::unique_ptr<Decompressor> make_decompressor(Packing packing) {
    if (packing == Packing::gzip) return std::make_unique<Gunzip>();
    return std::make_unique<Unzstd>();
}

}  // namespace tapferry
