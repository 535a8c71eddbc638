#include "agent/spool/compactor.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "agent/spool/death_point.h"
#include "agent/spool/disk.h"
#include "agent/spool/spool.h"

namespace tapferry {
namespace {

// Of the calling thread: it works when nobody else wants the processor or the disk. Where the system does not
// allow that, it works all the same.
void take_lowest_priority() {
    constexpr int io_of_this_thread = 1;  // IOPRIO_WHO_PROCESS, linux/ioprio.h
    constexpr int io_idle = 3 << 13;      // IOPRIO_CLASS_IDLE
    const sched_param none{};
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)), 19);
    ::pthread_setschedparam(::pthread_self(), SCHED_IDLE, &none);
    ::syscall(SYS_ioprio_set, io_of_this_thread, 0, io_idle);
}

}  // namespace

Compactor::Compactor(Spool& spool, Disk& disk, CompactionOptions options)
    : spool_(spool), disk_(disk), options_(options), thread_([this] { work(); }) {
    ::pthread_setname_np(thread_.native_handle(), "spool-compact");
}

Compactor::~Compactor() {
    stop_ = true;
    const Phase before = phase_.exchange(Phase::ending);
    phase_.notify_all();
    thread_.join();
    const bool has_outcome = before == Phase::working || before == Phase::finished;
    if (has_outcome && outcome_.result == Rewriting::written)
        disk_.unlink(rewritten_path(spool_.directory(), job_.name));
}

void Compactor::work() {
    take_lowest_priority();
    for (;;) {
        Phase phase = phase_.load(std::memory_order_acquire);
        if (phase == Phase::ending) return;
        if (phase != Phase::working) {
            phase_.wait(phase, std::memory_order_acquire);
            continue;
        }
        outcome_ = rewrite_segment(spool_.directory(), job_, disk_, stop_);
        phase_.compare_exchange_strong(phase, Phase::finished, std::memory_order_acq_rel);
    }
}

void Compactor::tick(Clock::time_point now) {
    if (phase_.load(std::memory_order_acquire) == Phase::finished) take_outcome(now);
    if (phase_.load(std::memory_order_acquire) == Phase::resting) look_around(now);
}

void Compactor::take_outcome(Clock::time_point now) {
    if (outcome_.result == Rewriting::written) {
        const auto path = rewritten_path(spool_.directory(), job_.name);
        outcome_.error = spool_.replace(job_.name, path, outcome_.bytes);
        if (outcome_.error != 0) {
            disk_.unlink(path);
            outcome_.result = Rewriting::failed;
        } else {
            ++done_.segments;
            done_.bytes_before += job_.bytes;
            done_.bytes_after += outcome_.bytes;
        }
    }
    // A disk that was full, say, may have room another time.
    seen_[job_.name] = {now, outcome_.result != Rewriting::failed};
    phase_.store(Phase::resting, std::memory_order_release);
}

// For both at a time. The log would drop a segment rather than find the disk full.
bool Compactor::has_room_for(const SealedSegment& segment) const {
    const DiskResult free = disk_.free_bytes(spool_.directory());
    return free.ok() && static_cast<std::uint64_t>(free.value) >= options_.least_free + segment.bytes;
}

// The oldest segments come first: they are the next to be dropped when the log is full.
void Compactor::look_around(Clock::time_point now) {
    const std::vector<SealedSegment> sealed = spool_.sealed();
    std::map<SegmentName, Seen> still_there;
    const SealedSegment* next = nullptr;
    const bool hurried = death_is_awaited("compaction.");
    for (const SealedSegment& segment : sealed) {
        const auto before = seen_.find(segment.name);
        const Seen seen = before == seen_.end() ? Seen{now, false} : before->second;
        still_there.emplace(segment.name, seen);
        const bool due = !seen.settled && segment.bytes >= options_.least_bytes;
        if (next == nullptr && due && (hurried || now - seen.at >= options_.age)) next = &segment;
    }
    seen_ = std::move(still_there);
    if (next == nullptr || !has_room_for(*next)) return;
    job_ = *next;
    phase_.store(Phase::working, std::memory_order_release);
    phase_.notify_all();
}

}  // namespace tapferry
