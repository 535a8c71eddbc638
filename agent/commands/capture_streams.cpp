#include "agent/commands/capture_streams.h"

#include <algorithm>
#include <utility>

#include "agent/commands/count_words.h"
#include "transports/files/frame_streams_file.h"

namespace tapferry {

namespace {

// Of the bytes before a piece: the longest unit that is found wanting only when it is whole, a control frame.
constexpr std::size_t tail_bytes = 1024;
// So many bytes that were searched are let go of at once.
constexpr std::size_t searched_bytes = 1 << 20;

// Another frame above 1 MiB seems to begin here.
bool claims_more(std::span<const std::uint8_t> bytes) {
    return bytes.size() >= telling_bytes && big_endian(bytes.data()) > max_capture_frame_bytes &&
           begins_a_field(bytes[length_bytes]);
}

std::span<const std::uint8_t> octets(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

bool CaptureStreams::feed(Bytes input) {
    if (begun_) return go_on(input);
    beginning_.insert(beginning_.end(), input.begin(), input.end());
    return beginning_.size() < telling_bytes || begin();
}

bool CaptureStreams::begin() {
    begun_ = true;
    if (looks_like_a_frame(beginning_)) {
        tell(CaptureEnd::beheaded, "has no START before its frames; they are shown all the same");
        go_among_frames();
    }
    return go_on(std::exchange(beginning_, {}));
}

bool CaptureStreams::go_on(Bytes input) {
    fed_ += input.size();
    if (damage_) {
        held_.insert(held_.end(), input.begin(), input.end());
        return search(false);
    }
    Bytes left = input;
    const Step step = steps(left);
    if (step == Step::damaged) {
        hold(input, left);
        return search(false);
    }
    keep_tail(input);
    return step == Step::more;
}

// Goes through the frames of `input`, and takes what it used from its front.
CaptureStreams::Step CaptureStreams::steps(Bytes& input) {
    while (true) {
        const bool among_frames = !stream_->in_handshake();
        const std::size_t before = input.size();
        const StreamStep step = stream_->next(input);
        in_unit_ += before - input.size();
        switch (step.kind) {
            case StreamStepKind::need_more:
                return Step::more;
            case StreamStepKind::frame:
                if (!fields_fill(step.bytes) && swallows_frames(step.bytes, input)) return Step::damaged;
                if (!take_(step.bytes)) {
                    result_.end = CaptureEnd::stopped;
                    return Step::ended;
                }
                break;
            case StreamStepKind::oversize:
                note_damage(input, length_bytes).claims = true;
                return Step::damaged;
            case StreamStepKind::stopped:
                stream_.emplace(max_capture_frame_bytes);
                one_has_stopped_ = true;
                break;
            case StreamStepKind::rejected:
                if (among_frames && stream_->rejection().reason == ConnectionRejection::bad_control) {
                    note_damage(input, tail_bytes);
                    return Step::damaged;
                }
                tell(CaptureEnd::wrong, stream_->rejection().text);
                return Step::ended;
            case StreamStepKind::answer:
            case StreamStepKind::started:
                break;
        }
        in_unit_ = 0;
    }
}

bool CaptureStreams::swallows_frames(Bytes frame, Bytes left) {
    const auto at = search_.swallowed_at(frame, left);
    if (!at) return false;
    Damage& damage = note_damage(left, length_bytes + frame.size());
    damage.swallower = frame;
    damage.search_from = *at;
    return true;
}

// `left`: what follows the unit in which it is, and of which not more than `most_bytes` came before.
CaptureStreams::Damage& CaptureStreams::note_damage(Bytes left, std::size_t most_bytes) {
    in_unit_ = std::min<std::uint64_t>(in_unit_, most_bytes);
    return damage_.emplace(Damage{.at = fed_ - left.size() - in_unit_});
}

// From the damage on, which may have begun in an earlier piece.
void CaptureStreams::hold(Bytes input, Bytes left) {
    at_ = damage_->search_from;
    if (!damage_->swallower.empty()) return hold_swallower(left);
    const std::size_t used = input.size() - left.size();
    const auto unit = static_cast<std::size_t>(in_unit_);
    const std::size_t before = std::min(unit > used ? unit - used : 0, tail_.size());
    const Bytes here = input.subspan(used - std::min(used, unit));
    held_.assign(tail_.end() - static_cast<std::ptrdiff_t>(before), tail_.end());
    held_.insert(held_.end(), here.begin(), here.end());
    damage_->at = fed_ - held_.size();
    read_claim();
}

void CaptureStreams::hold_swallower(Bytes left) {
    const Bytes swallower = std::exchange(damage_->swallower, {});
    held_.clear();
    for (const unsigned shift : {24U, 16U, 8U, 0U})
        held_.push_back(static_cast<std::uint8_t>(swallower.size() >> shift));
    held_.insert(held_.end(), swallower.begin(), swallower.end());
    held_.insert(held_.end(), left.begin(), left.end());
}

void CaptureStreams::read_claim() {
    const auto at = static_cast<std::size_t>(damage_->at - (fed_ - held_.size()));
    if (damage_->claims) damage_->claimed_end = damage_->at + length_bytes + big_endian(held_.data() + at);
}

void CaptureStreams::keep_tail(Bytes input) {
    const Bytes last = input.last(std::min(input.size(), tail_bytes));
    tail_.insert(tail_.end(), last.begin(), last.end());
    if (tail_.size() > tail_bytes)
        tail_.erase(tail_.begin(), tail_.end() - static_cast<std::ptrdiff_t>(tail_bytes));
}

// Looks for a frame behind the damage and goes on from there, until all that is held was looked at.
bool CaptureStreams::search(bool last) {
    while (damage_) {
        const Sight found = look(last);
        if (found == Sight::unknown || (found == Sight::nothing && !last)) {
            if (at_ < searched_bytes) return true;
            held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(at_));
            at_ = 0;
            return true;
        }
        end_search(found == Sight::nothing);
        go_among_frames();
        Bytes left = Bytes(held_).subspan(at_);
        const Step step = steps(left);
        if (step == Step::ended) return false;
        if (step == Step::damaged) {
            at_ = static_cast<std::size_t>(damage_->at - (fed_ - held_.size()));
            at_ += damage_->search_from;
            read_claim();
            continue;
        }
        tail_.clear();
        keep_tail(held_);
        held_.clear();
    }
    return true;
}

// As FrameSearch::next(), and goes there. A frame that is as long as it says, with none within it, was no
// damage.
CaptureStreams::Sight CaptureStreams::look(bool last) {
    const std::uint64_t base = fed_ - held_.size();
    const std::uint64_t claimed = damage_->claimed_end;
    if (claimed >= base + at_ && claimed <= fed_) {
        const auto end = static_cast<std::size_t>(claimed - base);
        const Sight found = go_on_to(end, last);
        if (found != Sight::nothing) return found;
        const Bytes behind = Bytes(held_).subspan(end);
        if (behind.size() < control_header_bytes && !last) return Sight::unknown;
        if (can_follow_a_frame(behind) || claims_more(behind)) return Sight::frame;
        damage_->claimed_end = 0;
    }
    return go_on_to(held_.size(), last);
}

CaptureStreams::Sight CaptureStreams::go_on_to(std::size_t end, bool last) {
    const FrameSearch::Found found = search_.next(held_, at_, end, last);
    at_ = found.at;
    return found.sight;
}

// At the place where frames go on; `nowhere`: there is none up to the end, but for a STOP.
void CaptureStreams::end_search(bool nowhere) {
    if (nowhere) {
        const Bytes stop = octets(frame_streams_stop);
        at_ = held_.size();
        if (at_ > stop.size() &&
            std::equal(stop.begin(), stop.end(), held_.end() - std::ptrdiff_t(stop.size())))
            at_ -= stop.size();
    }
    const std::uint64_t end = fed_ - held_.size() + at_;
    if (damage_->claimed_end == end) {
        ++result_.oversize;
    } else {
        if (places_++ == 0) first_place_ = damage_->at;
        result_.skipped += end - damage_->at;
    }
    damage_.reset();
}

void CaptureStreams::go_among_frames() {
    stream_.emplace(max_capture_frame_bytes);
    Bytes start = octets(frame_streams_start);
    steps(start);
    in_unit_ = 0;
}

CaptureResult CaptureStreams::finish(bool packed_whole) {
    if (!begun_) begin();
    if (damage_) search(true);
    search_begun();
    tell_of_damage();
    if (result_.end == CaptureEnd::stopped || result_.end == CaptureEnd::wrong) return result_;
    if (stream_->end() == StreamEnd::inside_frame) {
        tell(CaptureEnd::cut_off, "ends in the middle of a frame; what came before it is shown");
    } else if (stream_->in_handshake() && !(one_has_stopped_ && stream_->at_boundary())) {
        tell(CaptureEnd::cut_off, "ends before its stream has begun");
    } else if (!packed_whole) {
        tell(CaptureEnd::cut_off, "is packed, and cut off; what could be unpacked is shown");
    }
    return result_;
}

CaptureResult CaptureStreams::fail(CaptureEnd end, std::string words) {
    if (damage_) search(true);
    search_begun();
    tell_of_damage();
    tell(end, std::move(words));
    return result_;
}

// A last frame that is cut off may have a wrong length instead, and swallow all that follows it.
void CaptureStreams::search_begun() {
    while (result_.end != CaptureEnd::stopped && result_.end != CaptureEnd::wrong &&
           stream_->end() == StreamEnd::inside_frame && stream_->begun().size() > length_bytes) {
        const Bytes begun = stream_->begun();
        const auto at = search_.swallowed_at(begun.subspan(length_bytes), {});
        if (!at) return;
        held_.assign(begun.begin(), begun.end());
        damage_ = Damage{.at = fed_ - held_.size()};
        at_ = *at;
        search(true);
    }
}

void CaptureStreams::tell_of_damage() {
    if (places_ == 0) return;
    const std::string bytes = counted(result_.skipped, "byte");
    const std::string first = "byte " + with_commas(first_place_);
    const CaptureEnd end = result_.end == CaptureEnd::whole ? CaptureEnd::damaged : result_.end;
    tell(end, places_ == 1
                  ? "is damaged: " + bytes + " from " + first + " on are no frames and were passed over"
                  : "is damaged in " + with_commas(places_) + " places: " + bytes +
                        ", the first of them at " + first + ", are no frames and were passed over");
    places_ = 0;
}

void CaptureStreams::tell(CaptureEnd end, std::string words) {
    result_.end = end;
    result_.words = result_.words.empty() ? std::move(words) : result_.words + ", and " + words;
}

}  // namespace tapferry
