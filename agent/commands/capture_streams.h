// The frames of Frame Streams that lie one after another in a file: what follows a STOP is the next one. It
// is fed with bytes in whatever pieces they come. Where no frame can begin, it goes on at the next place
// where one does; and inside what is no frame, and would be one but for others that it swallows. Used by
// capture_file.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "agent/commands/capture_file.h"
#include "agent/commands/frame_search.h"
#include "agent/inputs/frame_streams.h"

namespace tapferry {

class CaptureStreams {
  public:
    using Bytes = std::span<const std::uint8_t>;
    using Taker = std::function<bool(Bytes)>;

    // `take` gets each frame, until it returns false; it must outlive this.
    explicit CaptureStreams(const Taker& take) : take_(take) {}

    // False: there is nothing more to be had of this file.
    bool feed(Bytes input);
    // It ends here. `packed_whole`: what was packed could end here.
    CaptureResult finish(bool packed_whole);
    CaptureResult fail(CaptureEnd end, std::string words);

  private:
    enum class Step : std::uint8_t { more, ended, damaged };
    using Sight = FrameSearch::Sight;

    // What cannot be a frame, from its first byte on; places are in the file, unpacked.
    struct Damage {
        std::uint64_t at = 0;
        // It begins with a length above 1 MiB, which may be true after all.
        bool claims = false;
        std::uint64_t claimed_end = 0;  // where that leads to; 0: nowhere
        // Or it begins with a wrong length below, which makes this a frame and swallows others.
        Bytes swallower = {};
        // Where behind its first byte the search begins: at the first frame that is swallowed, if any.
        std::size_t search_from = 1;
    };

    bool begin();
    bool go_on(Bytes input);
    Step steps(Bytes& input);
    bool swallows_frames(Bytes frame, Bytes left);
    void search_begun();
    Damage& note_damage(Bytes left, std::size_t most_bytes);
    void hold(Bytes input, Bytes left);
    void hold_swallower(Bytes left);
    void read_claim();
    void keep_tail(Bytes input);
    bool search(bool last);
    Sight look(bool last);
    Sight go_on_to(std::size_t end, bool last);
    void end_search(bool nowhere);
    void go_among_frames();
    void tell_of_damage();
    void tell(CaptureEnd end, std::string words);

    const Taker& take_;
    std::optional<FrameStreams> stream_{max_capture_frame_bytes};
    std::vector<std::uint8_t> beginning_;  // until there is enough to tell what it is
    bool begun_ = false;
    bool one_has_stopped_ = false;
    std::uint64_t fed_ = 0;           // bytes, with those that are being gone through
    std::uint64_t in_unit_ = 0;       // of them, what was used since the last frame
    std::vector<std::uint8_t> tail_;  // the last bytes before those
    std::optional<Damage> damage_;    // while a frame behind it is looked for
    std::vector<std::uint8_t> held_;  // where it is looked for: up to what was fed
    std::size_t at_ = 0;              // in held_
    FrameSearch search_;
    std::uint64_t places_ = 0;  // of damage
    std::uint64_t first_place_ = 0;
    CaptureResult result_;
};

}  // namespace tapferry
