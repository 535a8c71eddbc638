#include <array>
#include <iostream>

#include "agent/commands/capture_writer.h"
#include "agent/commands/commands.h"
#include "agent/commands/count_words.h"
#include "agent/commands/interruption.h"
#include "agent/commands/progress_bar.h"
#include "agent/commands/spool/spool_commands.h"
#include "agent/commands/time_option.h"
#include "agent/spool/disk.h"
#include "agent/spool/reader.h"
#include "proto/decoder.h"

namespace tapferry {

namespace {

bool any(const FilterArguments& filter) {
    return !filter.where.empty() || !filter.messages.empty() || !filter.qname_suffix.empty() ||
           !filter.identity.empty() || !filter.keys.empty();
}

class Export {
  public:
    explicit Export(const SpoolArguments& arguments)
        : from_(read_time_option("--from", arguments.from)),
          until_(read_time_option("--until", arguments.until)) {
        const StageOptions options = read_filter_options(arguments.filter);
        if (any(arguments.filter)) stages_.emplace(options);
        writer_.emplace(arguments.output);
    }

    // False: nobody reads it any more.
    bool take(const SpoolBlock& block, Position end) {
        for (const SpoolFrame& frame : block.frames) {
            if (frame.position >= end) return true;
            const bool wanted = in_time(block.received) && passes(block, frame);
            ++(wanted ? exported_ : left_out_);
            if (wanted && !writer_->write(frame.bytes)) return false;
        }
        return true;
    }
    void miss(const SpoolGap& gap, Position end) {
        const Position to = std::min(gap.to, end);
        if (gap.from < to) missing_[static_cast<std::size_t>(gap.reason)] += distance(gap.from, to);
    }
    [[nodiscard]] bool finish() { return writer_->finish(); }

    // Returns whether everything was there.
    bool tell() const {
        std::cerr << "tapferry: " << counted(exported_, "frame") << " exported";
        if (left_out_ != 0) std::cerr << ", " << with_commas(left_out_) << " not wanted";
        bool whole = true;
        for (std::size_t i = 0; i < missing_.size(); ++i) {
            if (missing_[i] == 0) continue;
            whole = false;
            std::cerr << ", " << with_commas(missing_[i]) << " not there ("
                      << loss_reason_name(static_cast<LossReason>(i)) << ")";
        }
        std::cerr << '\n';
        return whole;
    }

  private:
    [[nodiscard]] bool in_time(const Timestamp& received) const {
        return (!from_ || received >= *from_) && (!until_ || received < *until_);
    }
    bool passes(const SpoolBlock& block, const SpoolFrame& frame) {
        if (!stages_) return true;
        const FrameOrigin origin{{block.incarnation, number(frame.position)}, block.received, frame.input};
        return decoder_.decode(frame.bytes, origin, event_) == DecodeStatus::decoded && stages_->pass(event_);
    }

    const std::optional<Timestamp> from_;
    const std::optional<Timestamp> until_;
    std::optional<Stages> stages_;  // none: frames are passed on as they are, whatever they are
    std::optional<CaptureWriter> writer_;
    Decoder decoder_;
    Event event_;
    std::uint64_t exported_ = 0;
    std::uint64_t left_out_ = 0;
    std::array<std::uint64_t, loss_reason_count> missing_{};
};

Position beginning(const SpoolArguments& arguments, const LogPlaces& places, Position begin) {
    if (arguments.destination.empty()) return begin;
    const DestinationPlace& destination = find_destination(places, arguments.destination);
    if (destination.saved) {
        const SavedPosition& saved = *destination.saved;
        if (!saved.late.empty()) return saved.late.front().position;
        return saved.given_up.covers(saved.position) ? saved.given_up.to : saved.position;
    }
    std::cerr << "tapferry: " << arguments.destination
              << " has no saved position: from the log's beginning on\n";
    return begin;
}

}  // namespace

// Up to where the log ends now, beside an agent that goes on appending.
int spool_export_command(const SpoolArguments& arguments) {
    const LogPlaces places = find_log(arguments);
    const SpoolExtent extent = spool_extent(places.spool, posix_disk());
    const Position begin = beginning(arguments, places, extent.begin);
    Export frames(arguments);
    watch_for_interruption();
    SpoolReader reader(places.spool, posix_disk(), begin);
    bool read_on = true;
    {
        ProgressBar bar(begin < extent.end ? distance(begin, extent.end) : 0);
        while (read_on && reader.position() < extent.end && !interrupted()) {
            const SpoolRead read = reader.next();
            if (const auto* block = std::get_if<SpoolBlock>(&read))
                read_on = frames.take(*block, extent.end);
            else if (const auto* gap = std::get_if<SpoolGap>(&read))
                frames.miss(*gap, extent.end);
            else if (std::holds_alternative<SpoolEnd>(read))
                break;
            const std::uint64_t done = distance(begin, reader.position());
            if (bar.due()) bar.show(done, counted(done, "frame"));
        }
    }
    if (!read_on || !frames.finish()) return 0;
    // Damage at the very end is told by nothing that follows it.
    if (!interrupted() && reader.position() < extent.end)
        frames.miss({reader.position(), extent.end, LossReason::damage}, extent.end);
    return frames.tell() && !interrupted() ? 0 : 1;
}

}  // namespace tapferry
