#include "agent/commands/printer.h"

#include <unistd.h>

#include <cerrno>
#include <stdexcept>

#include "encoders/make_encoder.h"

namespace tapferry {

namespace {

FormatOptions options_of(const std::string& output, const std::string& line) {
    auto options = default_format(output);
    if (!options) throw std::runtime_error("there is no format \"" + output + "\"");
    if (auto* text = std::get_if<TextOptions>(&*options)) {
        text->format = line;
        if (const auto fault = check_text_format(line); !fault.empty())
            throw std::runtime_error("--line: " + fault);
    } else if (!line.empty()) {
        throw std::runtime_error("--line goes with --output text");
    }
    return *options;
}

}  // namespace

Printer::Printer(const std::string& output, const std::string& line)
    : encoder_(make_encoder(options_of(output, line))),
      records_(Framing::newline, nullptr, encoder_->text()) {}

bool Printer::print(std::span<const std::uint8_t> frame, const FrameOrigin& origin) {
    if (decoder_.decode(frame, origin, event_) == DecodeStatus::undecodable) return false;
    encoder_->encode(event_, records_);
    return true;
}

bool Printer::flush() {
    std::string_view left = records_.wire(0, records_.size());
    while (!left.empty()) {
        const auto written = ::write(STDOUT_FILENO, left.data(), left.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        left.remove_prefix(static_cast<std::size_t>(written));
    }
    records_.clear();
    return true;
}

}  // namespace tapferry
