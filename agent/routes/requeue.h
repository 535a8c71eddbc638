// Dead letters of one destination on their way to it once more, in order: they lie in files of their own
// until what became of them is known, so that a crash repeats some and loses none. Records go as they were
// refused; frames are rendered anew. What may not be sent, and what the far side refuses again, goes back to
// the dead letters. Owned by the route's thread.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "agent/batches/open_batch.h"
#include "agent/letters/dead_letter.h"
#include "agent/letters/dead_letter_files.h"
#include "agent/routes/route_order.h"
#include "proto/decoder.h"
#include "transports/transport.h"

namespace tapferry {

class Requeue {
  public:
    // Renders a frame into the batch; false: nothing comes of it.
    using Render =
        std::function<bool(const FrameOrigin&, std::span<const std::uint8_t> frame, OpenBatch& batch)>;
    // What an earlier process left waits again.
    Requeue(DeadLetter& letters, Render render);

    // All letters that are kept wait from now on, unless some do already.
    [[nodiscard]] OrderAnswer begin();
    // Letters kept and waiting are removed. Those under way may still arrive, or come back.
    [[nodiscard]] OrderAnswer remove();

    // Letters wait that are not under way.
    [[nodiscard]] bool waits() const { return !stuck_ && next_file_ < files_.size(); }
    // Letters that an earlier call let go are not all dealt with.
    [[nodiscard]] bool busy() const { return !files_.empty(); }
    [[nodiscard]] bool under_way() const { return !under_way_.empty(); }

    // The next letters, as a batch of that name. It may hold no record: then none of them may be sent.
    void fill(OpenBatch& batch, const BatchLimits& limits, Ticket name);
    // What became of the batch is known. `kept`: what was refused again is in the dead letters. Whether that
    // was the end: nothing waits any more, or nothing more can be done.
    bool settle(Ticket name, bool kept);
    // So many letters went back because they may not be sent, since the last time this was asked.
    [[nodiscard]] std::uint64_t take_back_count() { return std::exchange(back_, 0); }
    // The disk does not take what must go back: the rest waits for the next start.
    [[nodiscard]] bool stuck() const { return stuck_; }
    // No outcome is awaited any more: what was under way waits again.
    void rewind();

  private:
    // Of a file: the letters of one batch.
    struct Portion {
        Ticket name{};
        std::size_t file = 0;
        std::uint64_t end = 0;          // in the file
        std::vector<std::string> back;  // lines that may not be sent
        bool settled = false;
        bool kept = true;
    };
    void take_line(OpenBatch& batch, const std::string& line, Portion& portion) const;
    bool append(const Letter& letter, OpenBatch& batch) const;
    bool pass(const Portion& portion);

    void look_anew();

    DeadLetter& letters_;
    const Render render_;
    std::vector<WaitingFile> files_;
    std::size_t next_file_ = 0;  // the place of the next letter
    std::optional<LetterLines> lines_;
    std::deque<Portion> under_way_;
    std::uint64_t back_ = 0;
    bool stuck_ = false;
};

}  // namespace tapferry
