// The frames of a capture, prepared so that a serial number can be written into each as it is sent: used by
// the generator, one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tapferry::bench {

// Serial numbers travel in the dnstap identity as a letter and ten digits, so every frame is unique and a
// receiver can say which came, which came twice, and which never did.
inline constexpr char serial_letter = 'b';
inline constexpr std::size_t serial_digits = 10;

class Capture {
  public:
    // Reads a Frame Streams file; each frame loses its own identity. Throws std::runtime_error.
    explicit Capture(const std::string& path);

    [[nodiscard]] std::size_t size() const { return rests_.size(); }
    // Appends the frame numbered `serial` as it goes on the wire: length, identity, and what the capture
    // holds at `serial` modulo size().
    void append(std::uint64_t serial, std::vector<char>& out) const;

  private:
    std::vector<std::string> rests_;  // each frame without its identity
};

}  // namespace tapferry::bench
