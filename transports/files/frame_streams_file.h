// A file of dnstap frames as Frame Streams has it (fstrm's README, "Frame Streams Protocol"), all numbers
// big- endian and of four bytes:
//
//   START   0, which says that a control frame follows; its length, 34; its type, 2; a field's type, 1, the
//           content type; its length, 22; "protobuf:dnstap.Dnstap"
//   frames  each behind its length, which is not 0
//   STOP    0; its length, 4; its type, 3
//
// What stands around the frames, and where in a file that an earlier writer left the next frame belongs. Used
// by File, Stdout and the commands that write captures.
#pragma once

#include <sys/types.h>

#include <string_view>
#include <vector>

#include "transports/transport.h"

namespace tapferry {

inline constexpr std::string_view frame_streams_start(
    "\0\0\0\0\0\0\0\x22\0\0\0\x02\0\0\0\x01\0\0\0\x16protobuf:dnstap.Dnstap", 42);
inline constexpr std::string_view frame_streams_stop("\0\0\0\0\0\0\0\x04\0\0\0\x03", 12);

// Looks for the end of a file's whole frames, which is before its STOP or before what a crash has torn.
// Nobody else may write to the file meanwhile.
class FrameStreamsEnd {
  public:
    // Reads on in a regular file until the end is known (0), an error comes (errno), or the deadline
    // (EAGAIN).
    int find(int fd, Deadline deadline);
    // Of what find() has found: how many bytes of the file stay, 0 when there is not even a whole START.
    [[nodiscard]] off_t end() const { return end_; }
    // What is not cut off is frames. If not, the file holds something else from end() on, and is to be left
    // alone.
    [[nodiscard]] bool sound() const { return sound_; }

  private:
    // One piece of the file, which begins at end_.
    void look_at(std::string_view bytes);
    void look_at_control(std::string_view bytes);
    void found(bool sound) {
        found_ = true;
        sound_ = sound;
    }

    std::vector<char> piece_;
    off_t size_ = 0;
    off_t end_ = 0;
    bool found_ = false;
    bool sound_ = false;
};

}  // namespace tapferry
