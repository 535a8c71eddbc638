// Frames into a Frame Streams file of dnstap, or to standard output: what `decode` and dnstap-read read.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "transports/network/descriptor.h"

namespace tapferry {

class CaptureWriter {
  public:
    // "-": standard output, which must be no terminal, or WrongUsage is thrown. A file is made anew, for its
    // owner alone to read. Throws std::system_error when it cannot be.
    explicit CaptureWriter(const std::string& file);

    // False: nobody reads standard output any more. Both throw std::system_error when it cannot be written.
    [[nodiscard]] bool write(std::span<const std::uint8_t> frame);
    // Ends the file. As write().
    [[nodiscard]] bool finish();
    [[nodiscard]] std::uint64_t bytes() const { return bytes_ + buffer_.size(); }

  private:
    void append(const auto& bytes);  // octets or characters
    bool flush();

    std::string name_;
    Descriptor descriptor_;
    std::vector<std::uint8_t> buffer_;
    std::uint64_t bytes_ = 0;  // that were written
};

}  // namespace tapferry
