// Of a filler that goes to another place in the log: the queries that waited there are had again.
#include <string>
#include <variant>

#include "agent/batches/batch_filler.h"

namespace tapferry {

void BatchFiller::seek(const SavedPosition& place) {
    notices_.resume(place.notices);
    go_to(place.position, place.open_from, place.open);
    given_up_ = place.given_up;
}

void BatchFiller::go_to(Position position, Position open_from, std::uint64_t open) {
    reader_.seek(open == 0 ? position : open_from);
    position_ = position;
    block_ = {};
    next_ = 0;
    now_.reset();
    renderer_.begin_anew();
    pairing_.reset();
    resumption_.reset();
    if (transactions_) pairing_.emplace(*transactions_);
    if (open == 0) return;
    // Where nothing is paired any more, those that waited wait no longer.
    if (!pairing_) pairing_.emplace(PairingOptions{std::chrono::milliseconds{0}, 0});
    resumption_ = Resumption{open, open_from};
}

// What waits at position_ is held again by reading the log from the oldest of it on; nothing else is made of
// what is read. Nothing is let go meanwhile: while the oldest waited, none of the others was. False: the log
// gives nothing more for now.
bool BatchFiller::resume(OpenBatch& batch) {
    if (!resumption_) return true;
    while (reader_.position() < position_) {
        SpoolRead read = reader_.next();
        if (std::holds_alternative<SpoolEnd>(read)) return false;
        if (const auto* block = std::get_if<SpoolBlock>(&read)) hold_again(*block);
        if (const auto* gap = std::get_if<SpoolGap>(&read)) {
            resumption_->loss = gap->reason;
            if (gap->to > position_) pass_gap(within({position_, gap->to, gap->reason}), batch);
        }
    }
    check_resumed(batch);
    resumption_.reset();
    return true;
}

void BatchFiller::hold_again(const SpoolBlock& block) {
    block_ = block;
    for (next_ = 0; next_ < block_.frames.size() && block_.frames[next_].position < position_; ++next_) {
        const SpoolFrame& frame = block_.frames[next_];
        const FrameOrigin origin{{block_.incarnation, number(frame.position)}, block_.received, frame.input};
        if (crashes_->condemns(origin.id.sequence)) {
            resumption_->condemned.push_back({origin.id,
                                              {},
                                              {frame.bytes.begin(), frame.bytes.end()},
                                              origin.received,
                                              std::string(origin.input)});
            continue;
        }
        const CrashWatch::AtFrame at(*crashes_, origin.id.sequence);
        if (decoder_.decode(frame.bytes, origin, event_) == DecodeStatus::decoded)
            static_cast<void>(pairing_->take(event_));
    }
    if (next_ < block_.frames.size()) now_ = block_.received;
}

// They were counted when they were read first. Where the log has lost some since, these are lost; where it
// has lost a response, its query does not wait a second time. One that is condemned waits no more either.
void BatchFiller::check_resumed(OpenBatch& batch) {
    while (pairing_->open() > resumption_->open) pairing_->let_go();
    batch.unread = resumption_->open - pairing_->open();
    for (const DeadFrame& frame : resumption_->condemned) {
        if (batch.unread == 0) break;  // it was told already
        --batch.unread;
        bury_condemned({frame.id, frame.received, frame.input}, frame.bytes, batch);
    }
    batch.totals.lost[static_cast<std::size_t>(resumption_->loss)] += batch.unread;
}

}  // namespace tapferry
