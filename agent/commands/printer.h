// Events to standard output in one format, for the commands that show them. Formats that aggregate write
// their rows when a window has passed, when they are full, and at the end.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "agent/commands/show_options.h"
#include "agent/stages/stages.h"
#include "encoders/encoder.h"
#include "encoders/records.h"
#include "proto/decoder.h"

namespace tapferry {

// By which time of an event a window passes: that which the server gave it, for captures of long ago, or that
// of its receipt, for what comes live.
enum class WindowTime : std::uint8_t { event, receipt };

enum class Printed : std::uint8_t {
    shown,        // or in a row that will be
    silent,       // the format makes no record of it; see silence()
    filtered,     // it is not wanted
    undecodable,  // it is no dnstap frame
    unfit,        // its rendering may not be written
};

class Printer {
  public:
    // Throws WrongUsage when the format is binary and standard output a terminal.
    Printer(const ShowOptions& options, WindowTime window_time);

    // Renders one frame.
    Printed print(std::span<const std::uint8_t> frame, const FrameOrigin& origin);
    // Renders a notice, which must outlive this call; no filter concerns it.
    Printed print(Event& notice);
    // It is `now`, and nothing else came before: rows are due when their window has passed.
    void pass(const Timestamp& now);
    // Writes what was rendered since. False: nobody reads standard output any more. Throws std::system_error
    // when it cannot be written to.
    [[nodiscard]] bool flush();
    // Writes what formats have gathered, and what stands at a file's end. As flush().
    [[nodiscard]] bool finish();
    // Why there was no record of the last event.
    [[nodiscard]] std::string_view silence() const { return silence_; }
    // Whole records that standard output has taken.
    [[nodiscard]] std::uint64_t written() const { return written_; }
    // Of the records made so far, those that lack something, so as not to be too long; events of which
    // records lack something without showing it; and records of answers that were not believed.
    [[nodiscard]] std::uint64_t shortened() const { return shortened_; }
    [[nodiscard]] std::uint64_t shortened_events() const { return shortened_events_; }
    [[nodiscard]] std::uint64_t left_out() const { return encoder_->left_out(); }
    // Whether it gathers rows.
    [[nodiscard]] bool gathers() const { return window_length_.has_value(); }
    // Whether so much was rendered that it should be written.
    [[nodiscard]] bool full() const { return records_.bytes() > 64 * 1024; }

  private:
    Printed encode(const Event& event);
    void close_window_before(const Timestamp& time);
    bool write_records();

    FormatOptions format_;
    Stages stages_;
    std::unique_ptr<Encoder> encoder_;
    const std::optional<std::chrono::milliseconds> window_length_;
    RecordBuffer records_;
    Decoder decoder_;
    Event event_;
    WindowTime window_time_;
    std::optional<std::int64_t> window_;  // that is open, by number
    std::string_view silence_;
    std::uint64_t written_ = 0;
    std::uint64_t shortened_ = 0;
    std::uint64_t shortened_events_ = 0;
    bool begun_ = false;  // what stands at a binary file's beginning is written
};

}  // namespace tapferry
