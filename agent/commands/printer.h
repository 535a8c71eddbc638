// Events to standard output in one format, for the commands that show them.
#pragma once

#include <memory>
#include <string>

#include "encoders/encoder.h"
#include "encoders/records.h"
#include "proto/decoder.h"

namespace tapferry {

class Printer {
  public:
    // Throws std::runtime_error for a format's line that cannot be used.
    Printer(const std::string& output, const std::string& line);

    // Renders one frame. False: it is no dnstap frame, and nothing is printed.
    bool print(std::span<const std::uint8_t> frame, const FrameOrigin& origin);
    // Writes what was rendered since. False: standard output is closed.
    bool flush();
    // Whether so much was rendered that it should be written.
    [[nodiscard]] bool full() const { return records_.bytes() > 64 * 1024; }

  private:
    std::unique_ptr<Encoder> encoder_;
    RecordBuffer records_;
    Decoder decoder_;
    Event event_;
};

}  // namespace tapferry
