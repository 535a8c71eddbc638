// From an event to a batch's records: through the stages and the encoder. Whatever cannot be sent is kept for
// the dead letter, and each event is counted at one place. Owned by one route's thread.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "agent/batches/open_batch.h"
#include "encoders/encoder.h"
#include "encoders/make_encoder.h"
#include "proto/decoder.h"

namespace tapferry {

class Renderer {
  public:
    // `encoder`: null: the one of the destination's format.
    explicit Renderer(const DestinationConfig& destination, std::unique_ptr<Encoder> encoder = nullptr);

    [[nodiscard]] std::unique_ptr<OpenBatch> make_batch() const;

    // Whatever a stage or an encoder does with hostile bytes costs this one event, never the route.
    void render(Event& event, OpenBatch& batch);
    // A notice: no stage but the labels concerns it. One that has a number of its own is an event like
    // others, any other is none, and its record no event's.
    void tell(Event& event, OpenBatch& batch);
    // A frame of which there is no event.
    static void bury(const FrameOrigin& origin, std::string words, std::span<const std::uint8_t> frame,
                     OpenBatch& batch);

    // Of the encoder.
    [[nodiscard]] bool tells_notices() const { return encoder_->tells_notices(); }
    // For aggregates only: their length, whether one more event has room, and the rows of what was rendered.
    [[nodiscard]] std::optional<std::chrono::milliseconds> window() const { return encoder_->window(); }
    [[nodiscard]] bool full() const { return encoder_->full(); }
    void close(OpenBatch& batch);
    // Forgets what is gathered: it will be read again.
    void begin_anew();

  private:
    void believe(Event& event) const;
    [[nodiscard]] const char* fault_of(const Record& record) const;

    Framing framing_;
    RecordKey key_;
    std::unique_ptr<Envelope> envelope_;
    std::unique_ptr<Encoder> encoder_;
    Stages stages_;
    const std::vector<std::string> trusted_inputs_;
    std::size_t max_record_bytes_;
};

}  // namespace tapferry
