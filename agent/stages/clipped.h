// Whether the json format would leave something out of an event and say so in "clipped". It asks the encoder
// itself, so it costs what encoding does. Each expression that asks for it owns one, for its storage is
// reused.
#pragma once

#include <memory>

#include "encoders/make_encoder.h"
#include "proto/event.h"

namespace tapferry {

class Clipping {
  public:
    [[nodiscard]] bool clips(const Event& event);

  private:
    std::unique_ptr<Encoder> encoder_ = make_encoder(JsonOptions{});
    RecordBuffer records_;
};

}  // namespace tapferry
