#include "encoders/text/text_line.h"

#include <stdexcept>

namespace tapferry {
namespace {

LineFormat sound(std::variant<LineFormat, std::string> parsed) {
    if (const auto* fault = std::get_if<std::string>(&parsed)) throw std::invalid_argument(*fault);
    return std::get<LineFormat>(std::move(parsed));
}

}  // namespace

TextLineEncoder::TextLineEncoder(const TextOptions& options)
    : line_(sound(LineFormat::parse_text(options.format))) {}

TextLineEncoder::TextLineEncoder(const TemplateOptions& options)
    : line_(sound(LineFormat::parse_template(options.line))) {
    line_.set_absent(options.absent);
}

void TextLineEncoder::encode(const Event& event, RecordBuffer& records) {
    line_.append(records.open(event), event);
    records.close(event);
}

}  // namespace tapferry
