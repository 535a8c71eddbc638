#include "agent/inputs/intake_notices.h"

#include <algorithm>
#include <iterator>

#include "agent/spool/spool.h"

namespace tapferry {

namespace {

constexpr std::chrono::seconds look_interval{1};

// Why the destinations lack a frame that was rejected so.
constexpr std::array<NoticeReason, frame_rejection_names.size()> reasons{
    NoticeReason::source, NoticeReason::source, NoticeReason::ring, NoticeReason::disk,
    NoticeReason::retention};

}  // namespace

IntakeNotices::IntakeNotices(const IntakeOptions& options,
                             const std::vector<std::unique_ptr<InputCounters>>& counters)
    : enabled_(options.notices), counters_(counters), seen_(counters.size()) {
    for (const UnixInputOptions& input : options.unix_inputs) patience_.push_back(input.silence);
    patience_.resize(counters.size());
}

void IntakeNotices::post(NoticeKind kind, std::string words) {
    if (!enabled_) return;
    const std::lock_guard lock(posted_mutex_);
    Notice notice;
    notice.kind = kind;
    posted_.push_back({notice, {}, std::move(words)});
}

std::size_t IntakeNotices::posted() const {
    const std::lock_guard lock(posted_mutex_);
    return posted_.size() + taken_;
}

bool IntakeNotices::due(Clock::time_point now, bool at_once) const {
    if (!enabled_) return false;
    if (at_once || now - looked_at_ >= look_interval) return true;
    const std::lock_guard lock(posted_mutex_);
    return !posted_.empty();
}

bool IntakeNotices::look(Clock::time_point now, Timestamp time) {
    // What the disk has not taken comes first, and is not to grow.
    if (!waiting_.empty()) return true;
    {
        const std::lock_guard lock(posted_mutex_);
        waiting_ = std::move(posted_);
        posted_.clear();
        taken_ = waiting_.size();
    }
    if (looked_time_.seconds == 0) looked_time_ = time;
    for (std::size_t i = 0; i < seen_.size(); ++i) {
        look_at_frames(*counters_[i], seen_[i], time);
        look_at_connections(*counters_[i], seen_[i], time);
        look_at_silence(*counters_[i], seen_[i], patience_[i], time);
    }
    looked_at_ = now;
    looked_time_ = time;
    return !waiting_.empty();
}

// One notice for each reason.
void IntakeNotices::look_at_frames(const InputCounters& counters, Seen& seen, const Timestamp& time) {
    std::array<std::uint64_t, static_cast<std::size_t>(NoticeReason::source) + 1> lost{};
    for (std::size_t i = 0; i < seen.frames.size(); ++i) {
        const std::uint64_t now = counters.frames_rejected[i];
        lost[static_cast<std::size_t>(reasons[i])] += now - seen.frames[i];
        seen.frames[i] = now;
    }
    for (std::size_t reason = 0; reason < lost.size(); ++reason)
        if (lost[reason] != 0)
            tell(NoticeKind::gap, static_cast<NoticeReason>(reason), lost[reason], counters.name,
                 looked_time_, time);
}

void IntakeNotices::look_at_connections(const InputCounters& counters, Seen& seen, const Timestamp& time) {
    std::uint64_t count = 0;
    std::string words;
    for (std::size_t i = 0; i < seen.connections.size(); ++i) {
        const std::uint64_t now = counters.connections_rejected[i];
        const std::uint64_t more = now - seen.connections[i];
        seen.connections[i] = now;
        if (more == 0) continue;
        words.append(words.empty() ? "" : ", ").append(connection_rejection_names[i]);
        words.append(" ").append(std::to_string(more));
        count += more;
    }
    if (count != 0)
        tell(NoticeKind::rejected, NoticeReason::source, count, counters.name, looked_time_, time, words);
}

void IntakeNotices::look_at_silence(const InputCounters& counters, Seen& seen,
                                    std::chrono::milliseconds patience, const Timestamp& time) {
    if (patience.count() == 0) return;
    if (seen.heard == 0) seen.heard = time.seconds;
    const auto last = static_cast<std::int64_t>(counters.last_frame_seconds.load());
    const std::int64_t before = seen.heard;
    seen.heard = std::max(seen.heard, last);
    if (seen.silent && seen.heard > before) {
        seen.silent = false;
        tell(NoticeKind::heard_again, NoticeReason::none, 0, counters.name, {before, 0}, {seen.heard, 0});
    }
    if (seen.silent || std::chrono::seconds{time.seconds - seen.heard} < patience) return;
    seen.silent = true;
    tell(NoticeKind::silent, NoticeReason::none, 0, counters.name, {seen.heard, 0}, {});
}

void IntakeNotices::tell(NoticeKind kind, NoticeReason reason, std::uint64_t count, const std::string& input,
                         const Timestamp& from, const Timestamp& until, std::string words) {
    Notice notice;
    notice.kind = kind;
    notice.reason = reason;
    notice.count = count;
    notice.from = from;
    notice.until = until;
    waiting_.push_back({notice, input, std::move(words)});
}

void IntakeNotices::append(Spool& spool, Timestamp time) {
    std::size_t done = 0;
    for (Waiting& one : waiting_) {
        one.notice.words = one.words;
        if (!spool.append_notice(one.notice, one.input, time).appended) break;
        add(appended_);
        ++done;
    }
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(done));
    const std::lock_guard lock(posted_mutex_);
    taken_ -= std::min(taken_, done);
}

}  // namespace tapferry
