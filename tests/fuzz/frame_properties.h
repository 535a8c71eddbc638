// What must hold of any bytes whatever that come as a dnstap frame, in every format: asserted by the fuzzer
// and, over its corpus, by an ordinary test.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "encoders/encoder.h"
#include "encoders/make_encoder.h"
#include "proto/decoder.h"

namespace tapferry::test {

// A format with an encoder that has seen all frames before.
struct TestedFormat {
    std::string name;
    FormatOptions options;
    std::unique_ptr<Encoder> seasoned;
};

class FrameProperties {
  public:
    FrameProperties();

    // What does not hold of this frame: the format, and what is wrong; empty: nothing.
    std::string broken_by(std::span<const std::uint8_t> frame);

  private:
    std::vector<TestedFormat> formats_;
    Decoder decoder_;
    Event event_;
};

}  // namespace tapferry::test
