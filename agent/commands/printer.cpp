#include "agent/commands/printer.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

#include "agent/commands/commands.h"
#include "agent/commands/silence.h"
#include "agent/commands/terminal.h"
#include "encoders/make_encoder.h"
#include "encoders/time_units.h"
#include "transports/files/frame_streams_file.h"

namespace tapferry {

namespace {

// Binary frames stand in a Frame Streams file, each behind its length; all else is made of lines.
Framing framing_of(const Encoder& encoder) {
    return encoder.text() == RecordText::bytes ? Framing::length_prefix : Framing::newline;
}

// `written`: how many bytes were.
bool write_all(std::string_view bytes, std::size_t& written) {
    for (written = 0; written < bytes.size();) {
        const auto count = ::write(STDOUT_FILENO, bytes.data() + written, bytes.size() - written);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && errno == EPIPE) return false;
        if (count < 0)
            throw std::system_error(errno, std::generic_category(), "standard output cannot be written to");
        written += static_cast<std::size_t>(count);
    }
    return true;
}

bool write_all(std::string_view bytes) {
    std::size_t written = 0;
    return write_all(bytes, written);
}

}  // namespace

Printer::Printer(const ShowOptions& options, WindowTime window_time)
    : format_(options.format),
      stages_(options.stages),
      encoder_(make_encoder(options.format)),
      window_length_(encoder_->window()),
      records_(framing_of(*encoder_), nullptr, encoder_->text()),
      window_time_(window_time) {
    if (encoder_->text() == RecordText::bytes && output_is_terminal())
        throw WrongUsage("this format is binary, and standard output is a terminal: redirect it to a file");
}

Printed Printer::print(std::span<const std::uint8_t> frame, const FrameOrigin& origin) {
    if (decoder_.decode(frame, origin, event_) == DecodeStatus::undecodable) return Printed::undecodable;
    // In a capture that is the time that passes: what gathers rows goes by it.
    if (window_time_ == WindowTime::event) event_.received = event_.time;
    if (!stages_.pass(event_)) return Printed::filtered;
    return encode(event_);
}

Printed Printer::print(Event& notice) {
    stages_.label(notice);
    return encode(notice);
}

Printed Printer::encode(const Event& event) {
    close_window_before(event.received);
    const std::size_t before = records_.size();
    const std::uint64_t cut_before = records_.cut_events();
    encoder_->encode(event, records_);
    shortened_events_ += records_.cut_events() - cut_before;
    const auto made = records_.records().subspan(before);
    if (std::any_of(made.begin(), made.end(), [](const Record& record) { return record.invalid; })) {
        records_.truncate(before);
        return Printed::unfit;
    }
    shortened_ += static_cast<std::uint64_t>(
        std::count_if(made.begin(), made.end(), [](const Record& record) { return !record.cut.empty(); }));
    if (made.empty()) {
        silence_ = silence_words(event_, format_);
        if (!gathers() && silence_.empty()) silence_ = "without a record that is told";
        if (!silence_.empty()) return Printed::silent;
    }
    if (encoder_->full()) encoder_->close(records_);
    return Printed::shown;
}

void Printer::pass(const Timestamp& now) {
    if (window_) close_window_before(now);
}

void Printer::close_window_before(const Timestamp& time) {
    if (!window_length_ || window_length_->count() <= 0) return;
    const std::int64_t number = window_number(time, *window_length_);
    // What comes a little late belongs to the window that is open; what is older is of another file.
    if (window_ && number != *window_ && number != *window_ - 1) encoder_->close(records_);
    if (!window_ || number != *window_ - 1) window_ = number;
}

bool Printer::flush() {
    const bool binary = encoder_->text() == RecordText::bytes;
    if (binary && !std::exchange(begun_, true) && !write_all(frame_streams_start)) return false;
    return write_records();
}

// What was written of them counts, also when the rest cannot be.
bool Printer::write_records() {
    std::size_t bytes = 0;
    const auto count = [&] {
        for (std::size_t i = 0; i < records_.size() && records_.wire(0, i + 1).size() <= bytes; ++i)
            ++written_;
        records_.clear();
    };
    bool open = false;
    try {
        open = write_all(records_.wire(0, records_.size()), bytes);
    } catch (const std::system_error&) {
        count();
        throw;
    }
    count();
    return open;
}

bool Printer::finish() {
    encoder_->close(records_);
    if (!flush()) return false;
    return encoder_->text() != RecordText::bytes || write_all(frame_streams_stop);
}

}  // namespace tapferry
