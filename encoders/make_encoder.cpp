#include "encoders/make_encoder.h"

#include "encoders/cef.h"
#include "encoders/json.h"
#include "encoders/passivedns.h"
#include "encoders/syslog_header.h"
#include "encoders/text_line.h"

namespace tapferry {
namespace {

struct Maker {
    std::unique_ptr<Encoder> operator()(const JsonOptions& o) const {
        return std::make_unique<JsonEncoder>(o);
    }
    std::unique_ptr<Encoder> operator()(const CefOptions& o) const { return std::make_unique<CefEncoder>(o); }
    std::unique_ptr<Encoder> operator()(const PassivednsOptions& o) const {
        return std::make_unique<PassivednsEncoder>(o);
    }
    std::unique_ptr<Encoder> operator()(const TextOptions& o) const {
        return std::make_unique<TextLineEncoder>(o);
    }
};

}  // namespace

std::unique_ptr<Encoder> make_encoder(const FormatOptions& options) {
    return std::visit(Maker{}, options);
}

std::unique_ptr<Envelope> make_syslog_header(const SyslogHeaderOptions& options) {
    return std::make_unique<SyslogHeader>(options);
}

std::vector<std::string_view> format_names() {
    return {"json", "cef", "passivedns", "text"};
}

std::optional<FormatOptions> default_format(std::string_view name) {
    if (name == "json") return JsonOptions{};
    if (name == "cef") return CefOptions{};
    if (name == "passivedns") return PassivednsOptions{};
    if (name == "text") return TextOptions{};
    return {};
}

std::string check_text_format(std::string_view format) {
    auto parsed = parse_text_format(format);
    auto* error = std::get_if<std::string>(&parsed);
    return error == nullptr ? std::string() : std::move(*error);
}

}  // namespace tapferry
