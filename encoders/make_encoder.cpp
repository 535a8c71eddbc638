#include "encoders/make_encoder.h"

#include "encoders/cef.h"
#include "encoders/cof.h"
#include "encoders/json.h"
#include "encoders/passivedns.h"
#include "encoders/passivedns_rows.h"
#include "encoders/summary.h"
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
        if (o.mode == PassivednsOptions::Mode::aggregate) return std::make_unique<PassivednsRowsEncoder>(o);
        return std::make_unique<PassivednsEncoder>(o);
    }
    std::unique_ptr<Encoder> operator()(const CofOptions& o) const { return std::make_unique<CofEncoder>(o); }
    std::unique_ptr<Encoder> operator()(const SummaryOptions& o) const {
        return std::make_unique<SummaryEncoder>(o);
    }
    std::unique_ptr<Encoder> operator()(const TextOptions& o) const {
        return std::make_unique<TextLineEncoder>(o);
    }
};

struct Format {
    std::string_view name;
    FormatOptions (*options)();  // its defaults
};
template <typename Options>
FormatOptions defaults() {
    return Options{};
}

// In the order of the manual.
constexpr Format formats[] = {
    {"json", defaults<JsonOptions>},
    {"cef", defaults<CefOptions>},
    {"passivedns", defaults<PassivednsOptions>},
    {"cof", defaults<CofOptions>},
    {"summary", defaults<SummaryOptions>},
    {"text", defaults<TextOptions>},
};

}  // namespace

std::unique_ptr<Encoder> make_encoder(const FormatOptions& options) {
    return std::visit(Maker{}, options);
}

std::unique_ptr<Envelope> make_syslog_header(const SyslogHeaderOptions& options) {
    return std::make_unique<SyslogHeader>(options);
}

std::vector<std::string_view> format_names() {
    std::vector<std::string_view> names;
    for (const Format& format : formats) names.push_back(format.name);
    return names;
}

std::optional<FormatOptions> default_format(std::string_view name) {
    for (const Format& format : formats)
        if (format.name == name) return format.options();
    return {};
}

std::string check_text_format(std::string_view format) {
    auto parsed = parse_text_format(format);
    auto* error = std::get_if<std::string>(&parsed);
    return error == nullptr ? std::string() : std::move(*error);
}

std::string check_group_by(const std::vector<std::string>& fields) {
    auto parsed = parse_group_by(fields);
    auto* error = std::get_if<std::string>(&parsed);
    return error == nullptr ? std::string() : std::move(*error);
}

}  // namespace tapferry
