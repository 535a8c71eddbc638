// The spool against a model: which numbers were given, and which of them may be lost to damage, power, a disk
// that is gone, or retention. Content follows from the number, so the model keeps none.
//
// TAPFERRY_MODEL_SEED=n runs one seed alone, TAPFERRY_MODEL_SEEDS and TAPFERRY_MODEL_STEPS set how many of
// each.

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <deque>
#include <memory>
#include <random>

#include "agent/spool/block_format.h"
#include "agent/spool/segment_name.h"
#include "tests/spool/faulty_disk.h"
#include "tests/spool/spool_fixture.h"

namespace tapferry {
namespace {

unsigned setting(const char* name, unsigned otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

struct StoredBlock {
    std::uint64_t from = 0;  // in the file
    std::uint64_t to = 0;
    BlockHeader header;
};

// Those whose headers are sound, wherever they stand.
std::vector<StoredBlock> blocks_in(const std::filesystem::path& file, const Bytes& bytes) {
    std::vector<StoredBlock> blocks;
    const auto name = parse_segment_name(file.filename().native());
    REQUIRE(name);
    for (std::size_t at = 0; at + block_header_bytes <= bytes.size();) {
        const auto header =
            decode_header(std::span(bytes).subspan(at).first<block_header_bytes>(), name->incarnation);
        if (header) blocks.push_back({at, at + header->whole_length(), *header});
        at += header ? header->whole_length() : 1;
    }
    return blocks;
}

class ModelledSpool {
  public:
    explicit ModelledSpool(unsigned seed) : random_(seed) {
        options_ = small_spool(folder_, 4000);
        options_.max_bytes = 12'000;
        options_.tail_bytes = below(3) == 0 ? 1 : 500 + below(8000);
        if (below(3) == 0) options_.max_age = std::chrono::seconds(100);
        if (below(3) == 0) options_.min_free_bytes = 100'000;
        if (below(4) == 0) options_.when_full = WhenFull::drop_newest;
        for (int i = 0; i < 2; ++i)
            file_readers_.emplace_back(options_.directory, posix_disk(), first_position);
        routes_.assign(2, first_position);
        open();
    }

    void step() {
        const std::uint32_t chance = below(1000);
        if (chance < 480) return append();
        if (chance < 660) return read(readers_[below(count(readers_))], 1 + below(20), true);
        if (chance < 800) return read(file_readers_[below(2)], 1 + below(20), false);
        if (chance < 820) return file_readers_[below(2)].seek(any_position());
        if (chance < 840) return readers_[below(count(readers_))].seek(any_position());
        if (chance < 860) return pass_time();
        if (chance < 870) return tell_time();
        if (chance < 895) return trim();
        if (chance < 905) return change_destinations();
        if (chance < 915) return corrupt();
        if (chance < 925) return lose_tail();
        if (chance < 930) return reopen(Bytes{});
        if (chance < 935) return reopen(Bytes(1 + below(100), 0xf5));
        if (chance < 940) return reopen(Bytes(1 + below(5000)));
        if (chance < 950) return end_in_order();
        if (chance < 965) return away();
        if (chance < 975) return back();
        if (chance < 980) return remove_directory();
        if (chance < 990) return fail_some_calls();
        disk_->free = below(2) == 0 ? below(60'000) : 1'000'000;
    }

    // At the end: what is not lost for a reason that the model knows is there.
    void read_everything() {
        back();
        clocks_.pass(std::chrono::seconds(2));
        disk_->free = 1'000'000;
        spool_->tick();
        spool_->tick();
        settle();
        for (SpoolReader& reader : readers_) {
            reader.seek(first_position);
            read(reader, ~0u, true);
        }
        for (SpoolReader& reader : file_readers_) {
            reader.seek(first_position);
            read(reader, ~0u, false);
        }
    }

  private:
    struct InMemory {
        std::uint64_t first = 0;
        std::uint64_t count = 0;
        std::size_t bytes = 0;
    };

    std::uint32_t below(std::uint32_t n) {
        return std::uniform_int_distribution<std::uint32_t>(0, n - 1)(random_);
    }
    template <class List>
    static std::uint32_t count(const List& list) {
        return static_cast<std::uint32_t>(list.size());
    }
    Position any_position() { return Position{1 + below(static_cast<std::uint32_t>(end_))}; }

    // Routes saved where they are, and go on from there.
    void open() {
        SpoolOptions opened = options_;
        if (below(2) == 0) opened.segment_age = std::chrono::milliseconds(0);
        opened.incarnation = (std::uint64_t{random_()} << 32) | 1;
        Position highest = first_position;
        for (const Position saved : routes_) highest = std::max(highest, saved);
        disk_ = std::make_unique<FaultyDisk>();
        disk_->free = 1'000'000;
        gone_ = false;
        spool_ = std::make_unique<Spool>(opened, *disk_, highest, clocks_);
        REQUIRE(spool_->trouble().empty());
        REQUIRE(spool_->end() >= highest);
        REQUIRE(number(spool_->end()) <= end_);
        REQUIRE(all_may_be_lost(number(spool_->end()), end_));
        end_ = number(spool_->end());
        for (std::uint32_t stream = 0; stream < below(3); ++stream)
            spool_->open_stream(stream, "input", "peer");
        readers_.clear();
        for (const Position saved : routes_) readers_.push_back(spool_->reader(saved));
    }

    void close() {
        routes_.clear();
        for (const SpoolReader& reader : readers_) routes_.push_back(reader.position());
        readers_.clear();
        spool_.reset();
    }

    void append() {
        std::vector<std::size_t> sizes(1 + below(6));
        for (std::size_t& size : sizes) size = below(400);
        const Position begin = spool_->begin();
        const AppendOutcome outcome = append_frames(*spool_, sizes, below(3));
        if (!outcome.appended) {
            REQUIRE(options_.when_full == WhenFull::drop_newest);
            REQUIRE(number(spool_->end()) == end_);
            return settle();
        }
        REQUIRE(spool_->begin() >= begin);
        std::size_t body = 0;
        for (const std::size_t size : sizes) body += 8 + size;
        const std::uint64_t first = end_;
        end_ += sizes.size();
        may_be_lost_.resize(std::max<std::size_t>(may_be_lost_.size(), end_));
        for (std::uint64_t n = first; n < end_; ++n) may_be_lost_[n] = gone_;
        REQUIRE(number(spool_->end()) == end_);
        settle({first, sizes.size(), body});
        if (spool_->trouble().empty() && disk_->failing_calls.empty())
            REQUIRE(spool_->bytes() <= options_.max_bytes);
    }

    // What stands in memory alone, now that something was appended or tried.
    void settle() { settle({0, 0, 0}); }
    void settle(InMemory added) {
        // Once it is noticed, what is appended is kept in memory, and then written to another file.
        gone_ = gone_ && spool_->trouble().empty();
        if (spool_->trouble().empty()) {
            in_memory_.clear();
            return;
        }
        if (added.bytes != 0) {
            added.bytes += 192;
            in_memory_.push_back(added);
        }
        // None goes where the newest are dropped.
        if (options_.when_full == WhenFull::drop_newest) return;
        std::size_t bytes = 0;
        for (const InMemory& block : in_memory_) bytes += block.bytes;
        for (; bytes > options_.tail_bytes && in_memory_.size() > 1; in_memory_.pop_front()) {
            bytes -= in_memory_.front().bytes;
            lose(in_memory_.front().first, in_memory_.front().count);
        }
    }

    void lose_memory() {
        for (const InMemory& block : in_memory_) lose(block.first, block.count);
        in_memory_.clear();
    }

    void lose(std::uint64_t first, std::uint64_t count) {
        for (std::uint64_t n = first; n < first + count && n < may_be_lost_.size(); ++n)
            may_be_lost_[n] = true;
    }

    void pass_time() {
        clocks_.pass(std::chrono::milliseconds(below(10) == 0 ? 60'000 : 700));
        spool_->tick();
        if (gone_ && disk_->away == 0 && disk_->failing_calls.empty())
            REQUIRE_FALSE(spool_->trouble().empty());
        settle();
    }

    void tell_time() {
        if (!append_time(*spool_, ++seconds_)) return;
        REQUIRE(number(spool_->end()) == end_);
        settle({0, 0, spool_->trouble().empty() ? 0u : 1u});
        if (!in_memory_.empty() && !spool_->trouble().empty()) --in_memory_.back().bytes;
    }

    void read(SpoolReader& reader, std::uint32_t reads, bool sees_memory) {
        for (; reads > 0; --reads) {
            const Position before = reader.position();
            const SpoolRead read = reader.next();
            if (const auto* gap = std::get_if<SpoolGap>(&read)) {
                REQUIRE(gap->from == before);
                REQUIRE(gap->to > gap->from);
                REQUIRE(number(gap->to) <= end_);
                CAPTURE(number(gap->from));
                CAPTURE(number(gap->to));
                CAPTURE(number(spool_->begin()));
                CAPTURE(loss_reason_name(gap->reason));
                CAPTURE(sees_memory);
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
                return check_end(number(before), sees_memory);
            }
        }
    }

    // Damage at the very end is told when something follows it; and files do not have what memory has.
    void check_end(std::uint64_t position, bool sees_memory) const {
        if (sees_memory && (disk_->away != 0 || gone_)) return;
        if (sees_memory && position >= first_in_memory()) REQUIRE(position == end_);
        REQUIRE(all_may_be_lost(position, std::max(position, first_in_memory())));
    }

    std::uint64_t first_in_memory() const {
        for (const InMemory& block : in_memory_) {
            if (block.count != 0) return block.first;
        }
        return end_;
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
        const Position position = any_position();
        const Position begin = spool_->begin();
        spool_->trim(position);
        REQUIRE(spool_->begin() <= std::max(begin, position));
    }

    // A new one begins at the log's beginning or end; what one leaves behind pins nothing.
    void change_destinations() {
        if (readers_.size() > 1 && below(2) == 0) {
            readers_.pop_back();
        } else if (readers_.size() < 4) {
            readers_.push_back(spool_->reader(below(2) == 0 ? spool_->begin() : spool_->end()));
        }
    }

    std::vector<std::filesystem::path> files() const {
        if (!std::filesystem::exists(options_.directory)) return {};
        return segment_files(options_.directory);
    }

    // The last that this run made.
    std::filesystem::path newest_segment() const {
        std::filesystem::path newest;
        for (const auto& file : files()) {
            if (parse_segment_name(file.filename().native())->incarnation == spool_->incarnation())
                newest = file;
        }
        return newest;
    }

    void corrupt() {
        const auto all = files();
        if (all.empty()) return;
        const auto& file = all[below(count(all))];
        Bytes bytes = read_file(file);
        if (bytes.empty()) return;
        const std::uint32_t at = below(count(bytes));
        forget(file, bytes, at, at + 1);
        bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ (1 + below(255)));
        write_file(file, bytes);
    }

    // A power failure that takes the newest segment from some byte on.
    void lose_tail() {
        const auto file = newest_segment();
        lose_memory();
        disk_->die(EIO);
        close();
        if (!file.empty()) {
            Bytes bytes = read_file(file);
            const std::uint32_t at = below(count(bytes) + 1);
            forget(file, bytes, at, bytes.size());
            const bool zeros = below(2) == 0;
            const std::size_t length = bytes.size();
            bytes.resize(at);
            if (zeros) bytes.resize(length);
            write_file(file, bytes);
        }
        // No process outlives it; routes come back to where they were.
        for (SpoolReader& reader : file_readers_) {
            reader = SpoolReader(options_.directory, posix_disk(), first_position);
        }
        open();
    }

    // SIGKILL: no seal, and half a block may stand at the end.
    void reopen(const Bytes& torn) {
        const auto file = newest_segment();
        lose_memory();
        disk_->die(EIO);
        close();
        if (!file.empty()) {
            Bytes bytes = read_file(file);
            bytes.insert(bytes.end(), torn.begin(), torn.end());
            write_file(file, bytes);
        }
        restart_file_readers();
        open();
    }

    void end_in_order() {
        const bool fine = disk_->away == 0 && disk_->free >= 200'000 && !gone_;
        // With a disk that is there, memory is written at the end; when the newest are dropped, if it has
        // room.
        if (!fine || options_.when_full == WhenFull::drop_newest) lose_memory();
        in_memory_.clear();
        close();
        restart_file_readers();
        open();
    }

    // Numbers that nobody saw may be given again: a reader of files that is ahead of the log was wrong there.
    void restart_file_readers() {
        for (SpoolReader& reader : file_readers_) {
            reader = SpoolReader(options_.directory, posix_disk(), first_position);
        }
    }

    void away() { disk_->go_away(std::array{ENOSPC, EIO, EROFS, EDQUOT, EMFILE}[below(5)]); }
    void back() { disk_->come_back(); }

    void remove_directory() {
        std::error_code ignored;
        std::filesystem::remove_all(options_.directory, ignored);
        std::fill(may_be_lost_.begin(), may_be_lost_.end(), true);
        // What is in memory alone is still there.
        for (const InMemory& block : in_memory_) {
            for (std::uint64_t n = block.first; n < block.first + block.count; ++n) may_be_lost_[n] = false;
        }
        gone_ = spool_->trouble().empty();
        for (SpoolReader& reader : file_readers_) {
            reader = SpoolReader(options_.directory, posix_disk(), first_position);
        }
    }

    void fail_some_calls() {
        // What is written where nobody finds it is another matter.
        if (!std::filesystem::exists(options_.directory)) return;
        disk_->error = std::array{ENOSPC, EIO, EROFS, EDQUOT, EMFILE, EINTR}[below(6)];
        const std::uint64_t first = disk_->calls + 1 + below(6);
        for (std::uint64_t n = first; n < first + 1 + below(4); ++n) disk_->failing_calls.insert(n);
        append();
        pass_time();
        append();
        disk_->failing_calls.clear();
    }

    void forget(const std::filesystem::path& file, const Bytes& bytes, std::uint64_t from, std::uint64_t to) {
        for (const StoredBlock& block : blocks_in(file, bytes)) {
            if (block.to > from && block.from < to) lose(number(block.header.base), block.header.count);
        }
    }

    std::mt19937 random_;
    TemporaryFolder folder_;
    SpoolOptions options_;
    ManualClocks clocks_;
    std::unique_ptr<FaultyDisk> disk_;
    std::unique_ptr<Spool> spool_;
    std::vector<Position> routes_;           // where they saved that they are, while no agent runs
    std::vector<SpoolReader> readers_;       // of routes: these see memory
    std::vector<SpoolReader> file_readers_;  // of another process
    std::uint64_t end_ = 1;
    std::int64_t seconds_ = 1'700'000'000;
    std::vector<bool> may_be_lost_{true};  // by number
    std::deque<InMemory> in_memory_;       // blocks that are nowhere else
    bool gone_ = false;                    // the directory was removed, and nobody has noticed yet
};

}  // namespace

TEST_CASE("the spool does as its model, whatever happens to it") {
    const unsigned only = setting("TAPFERRY_MODEL_SEED", 0);
    const unsigned seeds = setting("TAPFERRY_MODEL_SEEDS", 200);
    const unsigned steps = setting("TAPFERRY_MODEL_STEPS", 1000);
    for (unsigned seed = only == 0 ? 1 : only; seed <= (only == 0 ? seeds : only); ++seed) {
        CAPTURE(seed);
        ModelledSpool modelled(seed);
        for (unsigned step = 0; step < steps; ++step) {
            CAPTURE(step);
            modelled.step();
        }
        modelled.read_everything();
    }
}

}  // namespace tapferry
