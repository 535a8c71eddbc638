#include "agent/batches/batch_filler.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "agent/spool/death_point.h"
#include "encoders/time_units.h"

namespace tapferry {

BatchFiller::BatchFiller(const DestinationConfig& destination, SpoolReader reader,
                         std::unique_ptr<Encoder> encoder)
    : renderer_(destination, std::move(encoder)),
      tells_notices_(destination.notices && renderer_.tells_notices()),
      notices_(destination.name, tells_notices_),
      window_(renderer_.window()),
      transactions_(destination.transactions),
      reader_(std::move(reader)),
      position_(reader_.position()) {
    if (transactions_) pairing_.emplace(*transactions_);
}

std::uint64_t BatchFiller::open() const {
    if (resumption_) return resumption_->open;
    return pairing_ ? pairing_->open() : 0;
}

Position BatchFiller::open_from() const {
    if (resumption_) return resumption_->open_from;
    const HeldQuery* oldest = pairing_ ? pairing_->oldest() : nullptr;
    return oldest == nullptr ? position_ : Position{oldest->id.sequence};
}

// Where only queries were given up, nothing else follows from that.
bool BatchFiller::is_given_up() const {
    return given_up_.covers(position_) ||
           (given_up_.from == position_ && given_up_.to == position_ && open() != 0);
}

// A batch of its own: the position goes behind what was given up, which need not be in the log any more.
void BatchFiller::give_up(OpenBatch& batch) {
    batch.unread = open();
    batch.totals.lost[static_cast<std::size_t>(LossReason::purge)] += batch.unread;
    if (position_ < given_up_.to) pass_gap({position_, given_up_.to, LossReason::purge}, batch);
    go_to(position_, position_, 0);
}

void BatchFiller::put_off(OpenBatch& batch, const SavedPosition& place, Position end,
                          std::uint64_t incarnation) {
    notices_.put_off(place.position, place.notices, incarnation, renderer_, batch);
    batch.put_off = LateStretch{
        place.position, end, place.open_from, place.open, {place.notices.incarnation, 0, {}}, false};
    go_to(end, end, 0);
    batch.notice_state = notices_.state();
    batch.open_from = batch.end = end;
    batch.open = 0;
}

BatchFiller::Stopped BatchFiller::fill(OpenBatch& batch, const BatchLimits& limits, Position until) {
    counted_ = batch.totals;
    Stopped stopped = Stopped::full;
    if (is_given_up() && batch.empty())
        give_up(batch);
    else
        stopped = resume(batch) ? go_on(batch, limits, until) : Stopped::end_of_log;
    count_for_notices(batch);
    notices_.end(position_, renderer_, batch);
    if (position_ >= end_ && !resumption_ && (!pairing_ || pairing_->open() == 0))
        notices_.close(position_, renderer_, batch);
    batch.notice_state = notices_.state();
    batch.open = open();
    batch.open_from = open_from();
    if (stopped == Stopped::full && window_) renderer_.close(batch);
    return stopped;
}

void BatchFiller::count_for_notices(const OpenBatch& batch) {
    notices_.count(counted_, batch.totals);
    counted_ = batch.totals;
}

BatchFiller::Stopped BatchFiller::go_on(OpenBatch& batch, const BatchLimits& limits, Position until) {
    const std::uint64_t pause_at = batch.totals.read + most_frames_of_a_batch;
    while (!is_full(batch, limits)) {
        if (const HeldQuery* query = pairing_ ? pairing_->due(now_) : nullptr) {
            // It belongs where its time was over, whenever that was noticed.
            const Timestamp end = pairing_->end_of(*query);
            const Timestamp time = now_ ? std::min(end, *now_) : end;
            if (over(batch, time)) return Stopped::full;
            gather(batch, time);
            tell(*query, time, batch);
            pairing_->let_go();
            continue;
        }
        if (!transactions_) pairing_.reset();
        if (over(batch, now_)) return Stopped::full;
        if (is_given_up()) return Stopped::full;
        if (position_ >= end_) {
            if (let_go_at_end(batch)) continue;
            return Stopped::full;
        }
        if (position_ >= until) return Stopped::end_of_log;
        if (next_ < block_.frames.size()) {
            if (window_ && batch.totals.read >= pause_at) return Stopped::pause;
            take(block_.frames[next_++], batch);
        } else if (!read_on(batch)) {
            return Stopped::end_of_log;
        }
    }
    return Stopped::full;
}

// False: nothing waits. A window that is over before a query's time takes it all the same: nothing follows.
bool BatchFiller::let_go_at_end(OpenBatch& batch) {
    const HeldQuery* query = pairing_ ? pairing_->oldest() : nullptr;
    if (query == nullptr) return false;
    gather(batch, query->received);
    tell(*query, query->received, batch, Wait::cut_short);
    pairing_->let_go();
    return true;
}

// An aggregate is bounded by its encoder; beside its rows it keeps what goes to the dead letter.
bool BatchFiller::is_full(const OpenBatch& batch, const BatchLimits& limits) const {
    if (window_) return renderer_.full() || batch.dead_bytes >= limits.max_bytes;
    return batch.full(limits);
}

// The next block, gap or time; false: there is none.
bool BatchFiller::read_on(OpenBatch& batch) {
    SpoolRead read = reader_.next();
    if (const auto* gap = std::get_if<SpoolGap>(&read)) {
        pass_gap(within(*gap), batch);
    } else if (const auto* time = std::get_if<SpoolTime>(&read)) {
        if (!now_ || *now_ < time->received) now_ = time->received;
        tell_what_is_due(batch);
    } else if (const auto* notice = std::get_if<SpoolNotice>(&read)) {
        now_ = notice->received;
        take_notice(*notice, batch);
    } else if (const auto* block = std::get_if<SpoolBlock>(&read)) {
        block_ = *block;
        next_ = 0;
        now_ = block->received;
        tell_what_is_due(batch);
    } else {
        return false;
    }
    return true;
}

// An aggregate's window that is over ends before its batch gets anything of a later time.
void BatchFiller::tell_what_is_due(OpenBatch& batch) {
    count_for_notices(batch);
    const std::size_t before = batch.records.size();
    notices_.before(position_, *now_, renderer_, batch);
    if (batch.records.size() != before) gather(batch, *now_);
}

// Of one that is not to be told nothing is made, as of an event that the filter drops.
void BatchFiller::take_notice(const SpoolNotice& told, OpenBatch& batch) {
    tell_what_is_due(batch);
    if (batch.received.seconds == 0) batch.received = told.received;
    ++batch.totals.read;
    position_ = batch.end = told.position + 1;
    notices_.took(told.incarnation);
    if (!tells_notices_) {
        ++batch.totals.filtered;
        return;
    }
    gather(batch, told.received);
    Event event = event_of(told);
    renderer_.tell(event, batch);
}

// What is missing beyond the end is not ours to tell, and what was given up is told as that.
SpoolGap BatchFiller::within(const SpoolGap& gap) const {
    const Position end = position_ < given_up_.from ? std::min(end_, given_up_.from) : end_;
    return {gap.from, std::min(gap.to, end), gap.reason};
}

void BatchFiller::pass_gap(const SpoolGap& gap, OpenBatch& batch) {
    notices_.lost(gap, now_);
    batch.totals.lost[static_cast<std::size_t>(gap.reason)] += distance(gap.from, gap.to);
    batch.lost.push_back({gap.from, gap.to, gap.reason});
    position_ = batch.end = gap.to;
}

// Whatever decoding or rendering does with hostile bytes costs this one event, never the route.
void BatchFiller::take(const SpoolFrame& frame, OpenBatch& batch) {
    if (batch.received.seconds == 0) batch.received = block_.received;
    ++batch.totals.read;
    gather(batch, block_.received);
    position_ = batch.end = frame.position + 1;
    notices_.took(block_.incarnation);
    const FrameOrigin origin{{block_.incarnation, number(frame.position)}, block_.received, frame.input};
    if (crashes_->condemns(origin.id.sequence)) return bury_condemned(origin, frame.bytes, batch);
    CrashWatch::AtFrame at(*crashes_, origin.id.sequence);
    crash_point("frame.decode", frame.bytes);
    try {
        if (decoder_.decode(frame.bytes, origin, event_) == DecodeStatus::undecodable) {
            ++batch.totals.undecodable;
            return Renderer::bury(origin, "not a dnstap frame: the protobuf breaks off", frame.bytes, batch);
        }
        at.decoded();
        odd_.times += event_.oddities.time ? 1 : 0;
        odd_.addresses += event_.oddities.address ? 1 : 0;
        if (pairing_ && !pair(batch)) return;
    } catch (const std::exception& failure) {
        ++batch.totals.rendered;
        ++batch.totals.dead_lettered;
        return Renderer::bury(origin, std::string("decoding failed: ") + failure.what(), frame.bytes, batch);
    }
    renderer_.render(event_, batch);
}

void BatchFiller::bury_condemned(const FrameOrigin& origin, std::span<const std::uint8_t> frame,
                                 OpenBatch& batch) const {
    ++batch.totals.rendered;
    ++batch.totals.dead_lettered;
    Renderer::bury(origin, crashes_->words_of(origin.id.sequence), frame, batch);
}

bool BatchFiller::render_again(const FrameOrigin& origin, std::span<const std::uint8_t> frame,
                               OpenBatch& batch) {
    if (window_ || crashes_->condemns(origin.id.sequence)) return false;
    CrashWatch::AtFrame at(*crashes_, origin.id.sequence);
    const std::size_t dead = batch.dead_frames.size();
    const std::size_t records = batch.records.size();
    try {
        if (held_decoder_.decode(frame, origin, held_event_) == DecodeStatus::undecodable) return false;
    } catch (const std::exception&) {
        return false;
    }
    at.decoded();
    renderer_.render(held_event_, batch);
    batch.dead_frames.resize(dead);
    return batch.records.size() != records;
}

// Whether the event goes on: it is no query that waits.
bool BatchFiller::pair(OpenBatch& batch) {
    const Pairing::Outcome outcome = pairing_->take(event_);
    if (const HeldQuery* query = pairing_->put_out()) tell(*query, block_.received, batch);
    if (outcome == Pairing::Outcome::answers || outcome == Pairing::Outcome::repeats) ++batch.totals.paired;
    return outcome == Pairing::Outcome::alone || outcome == Pairing::Outcome::answers;
}

// A query that waits no longer is an event after all. Whether it was left unanswered is not known where the
// log ends before its time.
void BatchFiller::tell(const HeldQuery& query, const Timestamp& time, OpenBatch& batch, Wait wait) {
    if (batch.received.seconds == 0) batch.received = query.received;
    const FrameOrigin origin{query.id, query.received, query.input()};
    if (crashes_->condemns(query.id.sequence)) return bury_condemned(origin, query.frame(), batch);
    CrashWatch::AtFrame at(*crashes_, query.id.sequence);
    static_cast<void>(held_decoder_.decode(query.frame(), origin, held_event_));
    at.decoded();
    if (wait == Wait::over && transactions_ && held_event_.kind == EventKind::message &&
        pairing_->unanswered(query))
        held_event_.kind = EventKind::unanswered;
    // An aggregate's window is that in which it came to nothing.
    if (window_) held_event_.received = time;
    renderer_.render(held_event_, batch);
}

// Whether the batch's window was over at that time.
bool BatchFiller::over(const OpenBatch& batch, const std::optional<Timestamp>& time) const {
    return batch.window && time && window_number(*time, *window_) != *batch.window;
}

// Something of that time goes into the batch.
void BatchFiller::gather(OpenBatch& batch, const Timestamp& time) const {
    if (window_ && !batch.window) batch.window = window_number(time, *window_);
}

}  // namespace tapferry
