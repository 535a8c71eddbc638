#include "tests/spool/spool_model.h"

#include <algorithm>

namespace tapferry {
namespace {

// What a block takes in memory beside its body.
constexpr std::size_t block_overhead_bytes = 192;

// Of a number, to a route.
constexpr char unknown = 0;
constexpr char delivered = 1;
constexpr char told_lost = 2;

bool same(const SavedPosition& a, const SavedPosition& b) {
    return a.start == b.start && a.position == b.position && a.highest == b.highest &&
           a.totals.read == b.totals.read && a.totals.lost == b.totals.lost;
}

}  // namespace

void SpoolModel::append(std::uint64_t count, std::size_t body_bytes, bool on_disk) {
    const std::uint64_t first = end_;
    end_ += count;
    // Once it is noticed, what is appended is kept in memory, and then written to another file.
    notice(on_disk);
    may_be_lost_.resize(end_, gone_ ? 1 : 0);
    if (!on_disk) put({first, count, body_bytes + block_overhead_bytes});
}

void SpoolModel::append_time(bool on_disk) {
    notice(on_disk);
    if (!on_disk) put({0, 0, block_overhead_bytes});
}

void SpoolModel::notice(bool on_disk) {
    gone_ = gone_ && on_disk;
    if (on_disk) in_memory_.clear();
}

void SpoolModel::put(const InMemory& block) {
    in_memory_.push_back(block);
    if (refuses_) return;
    std::size_t bytes = 0;
    for (const InMemory& each : in_memory_) bytes += each.bytes;
    for (; bytes > tail_bytes_ && in_memory_.size() > 1; in_memory_.pop_front()) {
        bytes -= in_memory_.front().bytes;
        lose(in_memory_.front().first, in_memory_.front().first + in_memory_.front().count);
    }
}

void SpoolModel::lose(std::uint64_t from, std::uint64_t to) {
    for (std::uint64_t n = from; n < std::min<std::uint64_t>(to, may_be_lost_.size()); ++n)
        may_be_lost_[n] = 1;
}

void SpoolModel::lose_memory() {
    for (const InMemory& block : in_memory_) lose(block.first, block.first + block.count);
    in_memory_.clear();
}

void SpoolModel::wrote_some(const std::vector<std::uint64_t>& in_files) {
    const auto written = [&](const InMemory& block) {
        return std::ranges::binary_search(in_files, block.first);
    };
    const auto last = std::find_if(in_memory_.rbegin(), in_memory_.rend(), written);
    in_memory_.erase(in_memory_.begin(), last.base());
}

void SpoolModel::lose_files(bool on_disk) {
    std::fill(may_be_lost_.begin(), may_be_lost_.end(), char{1});
    // What is in memory alone is still there.
    for (const InMemory& block : in_memory_) {
        for (std::uint64_t n = block.first; n < block.first + block.count; ++n) may_be_lost_[n] = 0;
    }
    gone_ = on_disk;
}

void SpoolModel::reopen(std::uint64_t end) {
    must(end <= end_, "the log ends where it ended at most");
    must(may_be_lost(end, end_), "numbers are given again only when what had them may be lost");
    end_ = end;
    may_be_lost_.resize(end);
    gone_ = false;
}

bool SpoolModel::may_be_lost(std::uint64_t from, std::uint64_t to) const {
    return from >= to || may_be_lost_.find(char{0}, from) >= to;
}

void SpoolModel::check_gap(const SpoolGap& gap, Position begin) const {
    must(gap.to > gap.from && number(gap.to) <= end_, "a gap has numbers that were given");
    const bool explained =
        gap.reason == LossReason::retention ? gap.to <= begin : may_be_lost(number(gap.from), number(gap.to));
    if (explained) return;
    throw Broken("what is told as lost may be lost, and is not: " + std::to_string(number(gap.from)) +
                 " to " + std::to_string(number(gap.to)) + ", " + std::string(loss_reason_name(gap.reason)) +
                 "; the log begins at " + std::to_string(number(begin)));
}

std::uint64_t SpoolModel::first_in_memory() const {
    const auto found =
        std::ranges::find_if(in_memory_, [](const InMemory& block) { return block.count != 0; });
    return found == in_memory_.end() ? end_ : found->first;
}

// Damage at the very end is told when something follows it.
void SpoolModel::check_end(std::uint64_t position, bool sees_memory) const {
    const std::uint64_t memory = first_in_memory();
    if (sees_memory && position >= memory) must(position == end_, "a reader comes to the end of memory");
    must(may_be_lost(position, std::max(position, memory)), "a reader comes to the end of the files");
}

RouteModel::RouteModel(Position start) {
    now_.start = now_.position = now_.open_from = start;
    saves_.push_back(now_);
}

SavedPosition RouteModel::to_save(Position end) const {
    SavedPosition saved = now_;
    saved.open_from = saved.position;
    saved.highest = end;
    return saved;
}

void RouteModel::deliver(Position from, Position to) {
    must(from == now_.position && from < to, "a route is given number after number");
    now_.totals.read += distance(from, to);
    now_.position = to;
    fate_.resize(std::max<std::size_t>(fate_.size(), number(to)));
    std::fill_n(fate_.begin() + static_cast<std::ptrdiff_t>(number(from)), distance(from, to), delivered);
    check_ledger();
}

void RouteModel::lose(const SpoolGap& gap) {
    must(gap.from == now_.position, "a route is told of every gap where it is");
    now_.totals.lost[static_cast<std::size_t>(gap.reason)] += distance(gap.from, gap.to);
    now_.position = gap.to;
    fate_.resize(std::max<std::size_t>(fate_.size(), number(gap.to)));
    for (auto n = number(gap.from); n < number(gap.to); ++n)
        fate_[n] = fate_[n] == unknown ? told_lost : fate_[n];
    check_ledger();
}

void RouteModel::saved(const SavedPosition& position) {
    saves_.push_back(position);
}

void RouteModel::write_back() {
    // A save that fails may take the last one's slot with it when power fails: then there is the one before.
    if (saves_.size() > 2) saves_.erase(saves_.begin(), saves_.end() - 2);
    durable_ = true;
}

void RouteModel::resume(const std::optional<SavedPosition>& found, bool power_failed, Position begin,
                        Position end) {
    if (found) {
        const auto last = power_failed ? saves_.begin() : std::prev(saves_.end());
        must(std::any_of(last, saves_.end(), [&](const SavedPosition& save) { return same(save, *found); }),
             "what a position file has was saved last, or before a power failure");
        now_ = *found;
        durable_ = durable_ || power_failed;
    } else {
        must(power_failed && !durable_, "a position file keeps what was saved");
        now_ = SavedPosition{};
        now_.start = now_.position = now_.open_from = begin;
    }
    if (power_failed) saves_.push_back(now_);
    // What was delivered under numbers that are given again was another frame.
    fate_.resize(std::min<std::size_t>(fate_.size(), number(end)));
    must(now_.position <= end, "no route is beyond the log's end");
    check_ledger();
}

void RouteModel::check_complete(Position end) const {
    must(now_.position == end, "a route comes to the log's end");
    must(number(now_.start) >= number(end) ||
             (fate_.size() == number(end) && fate_.find(unknown, number(now_.start)) == fate_.npos),
         "of every number a route knows that it was delivered or lost");
}

void RouteModel::check_ledger() const {
    std::uint64_t sum = number(now_.start) + now_.totals.read;
    for (const std::uint64_t lost : now_.totals.lost) sum += lost;
    must(sum == number(now_.position), "start + read + lost is the position");
}

}  // namespace tapferry
