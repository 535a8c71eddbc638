// The spool against a model: which numbers were given, and which of them may be lost to damage, power or
// retention. Content follows from the number, so the model keeps none.

#include <doctest/doctest.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <random>

#include "agent/spool/segment_name.h"
#include "tests/spool/faulty_disk.h"
#include "tests/spool/spool_fixture.h"

namespace tapferry {
namespace {

constexpr int seeds = 20;
constexpr int steps = 10'000;

class ModelledSpool {
  public:
    explicit ModelledSpool(unsigned seed) : random_(seed) {
        for (int i = 0; i < 3; ++i) readers_.emplace_back(options().directory, posix_disk(), first_position);
        open();
    }

    void step() {
        const std::uint32_t chance = below(1000);
        if (chance < 600) return append();
        if (chance < 850) return read(readers_[below(3)], 1 + below(20));
        if (chance < 900)
            return readers_[below(3)].seek(Position{1 + below(static_cast<std::uint32_t>(end_))});
        if (chance < 920) return spool_->roll_when_old();
        if (chance < 930) return tell_time();
        if (chance < 960) return trim();
        if (chance < 970) return corrupt();
        if (chance < 980) return lose_tail();
        if (chance < 985) return reopen(Bytes{});
        if (chance < 990) return reopen(Bytes(1 + below(100), 0xf5));
        if (chance < 995) return reopen(Bytes(1 + below(5000)));
        spool_.reset();  // with a seal
        open();
    }

    // At the end: what is not lost for a reason that the model knows is there.
    void read_everything() {
        for (SpoolReader& reader : readers_) {
            reader.seek(first_position);
            read(reader, ~0u);
        }
    }

  private:
    struct Appended {
        std::filesystem::path file;
        std::uint64_t from;  // in the file
        std::uint64_t to;
        std::uint64_t first;
        std::uint64_t count;
    };

    std::uint32_t below(std::uint32_t n) {
        return std::uniform_int_distribution<std::uint32_t>(0, n - 1)(random_);
    }

    SpoolOptions options() const {
        SpoolOptions options = small_spool(folder_, 4000);
        options.max_bytes = 12'000;
        return options;
    }

    void open() {
        SpoolOptions opened = options();
        if (below(2) == 0) opened.segment_age = std::chrono::milliseconds(0);
        // Routes save where they are.
        Position highest = first_position;
        for (const SpoolReader& reader : readers_) highest = std::max(highest, reader.position());
        disk_ = std::make_unique<FaultyDisk>();
        spool_ = std::make_unique<Spool>(opened, *disk_, highest);
        REQUIRE(spool_->end() >= highest);
        REQUIRE(number(spool_->end()) <= end_);
        REQUIRE(all_may_be_lost(number(spool_->end()), end_));
        end_ = number(spool_->end());
        for (std::uint32_t stream = 0; stream < below(3); ++stream)
            spool_->open_stream(stream, "input", "peer");
    }

    void append() {
        std::vector<std::size_t> sizes(1 + below(6));
        for (std::size_t& size : sizes) size = below(400);
        const Position begin = spool_->begin();
        REQUIRE(append_frames(*spool_, sizes, below(3)).appended);
        REQUIRE(spool_->bytes() <= options().max_bytes);
        REQUIRE(spool_->begin() >= begin);
        std::uint64_t length = 56;
        for (const std::size_t size : sizes) length += 8 + size;
        if (!is_own(newest_) || std::filesystem::file_size(newest_) < newest_bytes_ + length) {
            newest_ = newest_segment();
        }
        const std::uint64_t to = newest_bytes_ = std::filesystem::file_size(newest_);
        appended_.push_back({newest_, to - length, to, end_, sizes.size()});
        end_ += sizes.size();
        may_be_lost_.resize(end_);
        for (std::uint64_t n = end_ - sizes.size(); n < end_; ++n) may_be_lost_[n] = false;
        REQUIRE(number(spool_->end()) == end_);
    }

    void tell_time() {
        const bool counted = is_own(newest_) && std::filesystem::file_size(newest_) == newest_bytes_;
        if (!append_time(*spool_, ++seconds_)) return;
        REQUIRE(number(spool_->end()) == end_);
        REQUIRE(spool_->bytes() <= options().max_bytes);
        if (counted) newest_bytes_ = std::filesystem::file_size(newest_);
    }

    bool is_own(const std::filesystem::path& file) const {
        const auto name = parse_segment_name(file.filename().native());
        return name && name->incarnation == spool_->incarnation() && std::filesystem::exists(file);
    }

    // The last that this run made.
    std::filesystem::path newest_segment() const {
        std::filesystem::path newest;
        for (const auto& file : segment_files(options().directory)) {
            if (is_own(file)) newest = file;
        }
        return newest;
    }

    void read(SpoolReader& reader, std::uint32_t reads) {
        for (; reads > 0; --reads) {
            const Position before = reader.position();
            const SpoolRead read = reader.next();
            if (const auto* gap = std::get_if<SpoolGap>(&read)) {
                REQUIRE(gap->from == before);
                REQUIRE(gap->to > gap->from);
                REQUIRE(number(gap->to) <= end_);
                REQUIRE(explained(*gap));
                REQUIRE(reader.position() == gap->to);
            } else if (const auto* block = std::get_if<SpoolBlock>(&read)) {
                Position expected = before;
                for (const SpoolFrame& frame : block->frames) {
                    REQUIRE(frame.position == expected);
                    REQUIRE(is_numbered_frame(frame));
                    expected = expected + 1;
                }
                REQUIRE(reader.position() == expected);
                REQUIRE(expected <= spool_->end());
            } else if (std::holds_alternative<SpoolTime>(read)) {
                REQUIRE(reader.position() == before);
            } else {
                // Damage at the very end is told when something follows it.
                REQUIRE(all_may_be_lost(number(before), end_));
                return;
            }
        }
    }

    bool all_may_be_lost(std::uint64_t from, std::uint64_t to) const {
        const auto at = [&](std::uint64_t n) {
            return may_be_lost_.begin() + static_cast<std::ptrdiff_t>(n);
        };
        return std::find(at(from), at(to), false) == at(to);
    }

    bool explained(const SpoolGap& gap) const {
        return gap.reason == LossReason::retention ? gap.to <= spool_->begin()
                                                   : all_may_be_lost(number(gap.from), number(gap.to));
    }

    void trim() {
        const Position position{1 + below(static_cast<std::uint32_t>(end_))};
        const Position begin = spool_->begin();
        spool_->trim(position);
        REQUIRE(spool_->begin() <= std::max(begin, position));
    }

    void corrupt() {
        const auto files = segment_files(options().directory);
        const auto& file = files[below(static_cast<std::uint32_t>(files.size()))];
        Bytes bytes = read_file(file);
        if (bytes.empty()) return;
        const std::uint32_t at = below(static_cast<std::uint32_t>(bytes.size()));
        bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ (1 + below(255)));
        write_file(file, bytes);
        forget(file, at, at + 1);
    }

    // A power failure that takes the newest segment from some byte on.
    void lose_tail() {
        const auto file = newest_segment();
        disk_->die(EIO);
        spool_.reset();
        Bytes bytes = read_file(file);
        const std::uint32_t at = below(static_cast<std::uint32_t>(bytes.size() + 1));
        forget(file, at, bytes.size());
        const bool zeros = below(2) == 0;
        const std::size_t length = bytes.size();
        bytes.resize(at);
        if (zeros) bytes.resize(length);
        write_file(file, bytes);
        // No process outlives it; routes come back to where they were.
        for (SpoolReader& reader : readers_) {
            reader = SpoolReader(options().directory, posix_disk(), reader.position());
        }
        open();
    }

    // SIGKILL: no seal, and half a block may stand at the end.
    void reopen(const Bytes& torn) {
        const auto file = newest_segment();
        disk_->die(EIO);
        spool_.reset();
        Bytes bytes = read_file(file);
        bytes.insert(bytes.end(), torn.begin(), torn.end());
        write_file(file, bytes);
        open();
    }

    void forget(const std::filesystem::path& file, std::uint64_t from, std::uint64_t to) {
        for (const Appended& block : appended_) {
            if (block.file != file || block.to <= from || block.from >= to) continue;
            for (std::uint64_t n = block.first; n < block.first + block.count; ++n) may_be_lost_[n] = true;
        }
    }

    std::mt19937 random_;
    TemporaryFolder folder_;
    std::unique_ptr<FaultyDisk> disk_;
    std::vector<SpoolReader> readers_;
    std::unique_ptr<Spool> spool_;
    std::uint64_t end_ = 1;
    std::int64_t seconds_ = 1'700'000'000;
    std::vector<bool> may_be_lost_{true};  // by number
    std::vector<Appended> appended_;
    // Where the last block lies, so that the directory need not be listed for each.
    std::filesystem::path newest_;
    std::uint64_t newest_bytes_ = 0;
};

}  // namespace

TEST_CASE("the spool does as its model, whatever happens to it") {
    for (unsigned seed = 1; seed <= seeds; ++seed) {
        CAPTURE(seed);
        ModelledSpool modelled(seed);
        for (int step = 0; step < steps; ++step) {
            CAPTURE(step);
            modelled.step();
        }
        modelled.read_everything();
    }
}

}  // namespace tapferry
