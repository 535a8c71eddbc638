#include "agent/inputs/ring.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>

namespace tapferry {

namespace {

// Stands before the bytes of each entry; entries are multiples of 8. A `skip` header may be cut after its
// first 8 bytes, which is the least that can be left before the ring's end.
struct Header {
    std::uint32_t length;
    std::uint16_t input;
    std::uint8_t kind;
    std::uint8_t skip;  // 1: go on at the ring's beginning
    std::uint32_t stream;
    std::uint32_t unused;
    std::int64_t read_at;
};
constexpr std::size_t cut_header = 8;
static_assert(sizeof(Header) == Ring::closing_bytes && sizeof(Header) % 8 == 0);

constexpr std::size_t entry_size(std::size_t length) {
    return (sizeof(Header) + length + 7) & ~std::size_t{7};
}

static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t) &&
              std::atomic<std::uint32_t>::is_always_lock_free);

void sleep_while(std::atomic<std::uint32_t>& word, std::uint32_t expected,
                 std::chrono::nanoseconds for_at_most) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(for_at_most);
    const timespec limit{seconds.count(), (for_at_most - seconds).count()};
    // Interrupted, too late or woken: the caller looks for itself.
    syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, expected, &limit, nullptr, 0);
}

void wake_sleeper(std::atomic<std::uint32_t>& word) {
    syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

}  // namespace

Ring::Ring(std::size_t capacity, std::size_t kept_back)
    : capacity_(std::bit_ceil(std::max<std::size_t>(capacity, 4096))),
      // A header more for what may be skipped at the ring's end.
      kept_back_(kept_back + sizeof(Header)),
      words_(std::make_unique_for_overwrite<std::uint64_t[]>(capacity_ / sizeof(std::uint64_t))) {}

std::uint8_t* Ring::at(std::uint64_t position) const {
    return reinterpret_cast<std::uint8_t*>(words_.get()) + (position & (capacity_ - 1));
}

bool Ring::has_room(std::size_t bytes) {
    if (capacity_ - (write_ - seen_head_) >= bytes) return true;
    seen_head_ = head_.load(std::memory_order_acquire);
    return capacity_ - (write_ - seen_head_) >= bytes;
}

bool Ring::push(const RingEntry& entry) {
    if (entry.bytes.size() >= capacity_) return false;
    if (write_ == tail_.load(std::memory_order_relaxed)) restart_when_asleep();

    const std::size_t size = entry_size(entry.bytes.size());
    const std::size_t to_end = capacity_ - (write_ & (capacity_ - 1));
    const std::size_t skipped = to_end < size ? to_end : 0;
    const std::size_t kept_back = entry.kind == RingEntryKind::closed ? 0 : kept_back_;
    if (!has_room(size + skipped + kept_back)) return false;

    if (skipped != 0) {
        const Header skip{
            .length = 0, .input = 0, .kind = 0, .skip = 1, .stream = 0, .unused = 0, .read_at = 0};
        std::memcpy(at(write_), &skip, cut_header);
        write_ += skipped;
    }
    const Header header{.length = static_cast<std::uint32_t>(entry.bytes.size()),
                        .input = entry.input,
                        .kind = static_cast<std::uint8_t>(entry.kind),
                        .skip = 0,
                        .stream = entry.stream,
                        .unused = 0,
                        .read_at = entry.read_at.time_since_epoch().count()};
    std::uint8_t* place = at(write_);
    std::memcpy(place, &header, sizeof header);
    if (!entry.bytes.empty()) std::memcpy(place + sizeof header, entry.bytes.data(), entry.bytes.size());
    write_ += size;
    if (entry.kind == RingEntryKind::frame) ++unpublished_frames_;
    return true;
}

void Ring::restart_when_asleep() {
    if (write_ == 0 || head_.load(std::memory_order_acquire) != write_) return;
    std::uint32_t expected = asleep;
    if (!state_.compare_exchange_strong(expected, restarting, std::memory_order_acq_rel)) return;
    // It cannot have popped anything since, nor was there anything: both ends are this thread's until
    // `asleep` again.
    head_.store(0, std::memory_order_relaxed);
    tail_.store(0, std::memory_order_relaxed);
    write_ = seen_head_ = 0;
    state_.store(asleep, std::memory_order_release);
}

void Ring::publish() {
    if (write_ == tail_.load(std::memory_order_relaxed)) return;
    pushed_.store(pushed_.load(std::memory_order_relaxed) + unpublished_frames_, std::memory_order_relaxed);
    unpublished_frames_ = 0;
    // Sequentially consistent against wait(): either it sees this tail, or this thread sees it asleep.
    tail_.store(write_);
    if (state_.load() != asleep || write_ - head_.load(std::memory_order_acquire) < wake_at_.load()) return;
    std::uint32_t expected = asleep;
    if (state_.compare_exchange_strong(expected, awake)) wake_sleeper(state_);
}

std::optional<RingEntry> Ring::front() {
    for (;;) {
        if (read_ == seen_tail_) {
            seen_tail_ = tail_.load(std::memory_order_acquire);
            if (read_ == seen_tail_) return std::nullopt;
        }
        const std::uint8_t* place = at(read_);
        Header header{};
        std::memcpy(&header, place, cut_header);
        if (header.skip != 0) {
            read_ += capacity_ - (read_ & (capacity_ - 1));
            continue;
        }
        std::memcpy(&header, place, sizeof header);
        front_size_ = entry_size(header.length);
        return RingEntry{.kind = static_cast<RingEntryKind>(header.kind),
                         .input = header.input,
                         .stream = header.stream,
                         .read_at = ReadTime{std::chrono::nanoseconds{header.read_at}},
                         .bytes = {place + sizeof header, header.length}};
    }
}

void Ring::pop() {
    assert(front_size_ != 0);
    read_ += front_size_;
    front_size_ = 0;
    head_.store(read_, std::memory_order_release);
}

void Ring::settle(std::uint64_t frames) {
    settled_.store(settled_.load(std::memory_order_relaxed) + frames, std::memory_order_release);
}

void Ring::wait(std::size_t bytes, std::chrono::steady_clock::time_point deadline) {
    wake_at_.store(bytes);
    state_.store(asleep);
    bool awaited = tail_.load() != read_ || ended_.load();
    while (state_.load(std::memory_order_acquire) != awake) {
        const auto left = deadline - std::chrono::steady_clock::now();
        awaited = awaited || left <= left.zero() || ended_.load();
        std::uint32_t expected = asleep;
        if (awaited) {
            // Fails only while the producer restarts the ring, which is over at once, or has woken this
            // thread.
            if (state_.compare_exchange_strong(expected, awake, std::memory_order_acq_rel)) break;
        } else {
            sleep_while(state_, asleep, left);
        }
    }
    read_ = head_.load(std::memory_order_relaxed);
    seen_tail_ = read_;
}

void Ring::nudge() {
    std::uint32_t expected = asleep;
    if (state_.compare_exchange_strong(expected, awake)) wake_sleeper(state_);
}

void Ring::end() {
    ended_.store(true);
    nudge();
}

std::uint64_t Ring::frames() const {
    // In this order: what is settled has been pushed.
    const std::uint64_t settled = settled_.load(std::memory_order_acquire);
    return pushed_.load(std::memory_order_relaxed) - settled;
}

std::uint64_t Ring::bytes() const {
    const std::uint64_t head = head_.load(std::memory_order_acquire);
    const std::uint64_t tail = tail_.load(std::memory_order_acquire);
    return tail > head ? tail - head : 0;
}

}  // namespace tapferry
