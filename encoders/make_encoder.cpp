#include "encoders/make_encoder.h"

#include "encoders/aggregate/summary.h"
#include "encoders/cef/cef.h"
#include "encoders/cef/leef.h"
#include "encoders/json/asim.h"
#include "encoders/json/cim.h"
#include "encoders/json/ecs.h"
#include "encoders/json/gelf.h"
#include "encoders/json/json.h"
#include "encoders/json/ocsf.h"
#include "encoders/json/receiver_json.h"
#include "encoders/json/zeek.h"
#include "encoders/passive/cof.h"
#include "encoders/passive/passivedns.h"
#include "encoders/passive/passivedns_rows.h"
#include "encoders/splunk_envelope.h"
#include "encoders/syslog_header.h"
#include "encoders/text/dig.h"
#include "encoders/text/dnstap.h"
#include "encoders/text/hex.h"
#include "encoders/text/text_line.h"
#include "encoders/text/yaml.h"

namespace tapferry {
namespace {

struct Maker {
    std::unique_ptr<Encoder> operator()(const JsonOptions& o) const {
        if (o.profile == JsonOptions::Profile::dnstap_receiver)
            return std::make_unique<ReceiverJsonEncoder>();
        return std::make_unique<JsonEncoder>(o);
    }
    std::unique_ptr<Encoder> operator()(const EcsOptions& o) const { return std::make_unique<EcsEncoder>(o); }
    std::unique_ptr<Encoder> operator()(const CimOptions&) const { return std::make_unique<CimEncoder>(); }
    std::unique_ptr<Encoder> operator()(const CefOptions& o) const { return std::make_unique<CefEncoder>(o); }
    std::unique_ptr<Encoder> operator()(const OcsfOptions& o) const {
        return std::make_unique<OcsfEncoder>(o);
    }
    std::unique_ptr<Encoder> operator()(const AsimOptions&) const { return std::make_unique<AsimEncoder>(); }
    std::unique_ptr<Encoder> operator()(const ZeekOptions& o) const {
        return std::make_unique<ZeekEncoder>(o);
    }
    std::unique_ptr<Encoder> operator()(const GelfOptions& o) const {
        return std::make_unique<GelfEncoder>(o);
    }
    std::unique_ptr<Encoder> operator()(const LeefOptions& o) const {
        return std::make_unique<LeefEncoder>(o);
    }
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
    std::unique_ptr<Encoder> operator()(const TemplateOptions& o) const {
        return std::make_unique<TextLineEncoder>(o);
    }
    std::unique_ptr<Encoder> operator()(const YamlOptions& o) const {
        return std::make_unique<YamlEncoder>(o);
    }
    std::unique_ptr<Encoder> operator()(const DigOptions&) const { return std::make_unique<DigEncoder>(); }
    std::unique_ptr<Encoder> operator()(const HexOptions&) const { return std::make_unique<HexEncoder>(); }
    std::unique_ptr<Encoder> operator()(const DnstapOptions& o) const {
        return std::make_unique<DnstapEncoder>(o);
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
    {"json", defaults<JsonOptions>}, {"ecs", defaults<EcsOptions>},
    {"cim", defaults<CimOptions>},   {"cef", defaults<CefOptions>},
    {"leef", defaults<LeefOptions>}, {"ocsf", defaults<OcsfOptions>},
    {"asim", defaults<AsimOptions>}, {"zeek", defaults<ZeekOptions>},
    {"gelf", defaults<GelfOptions>}, {"passivedns", defaults<PassivednsOptions>},
    {"cof", defaults<CofOptions>},   {"summary", defaults<SummaryOptions>},
    {"text", defaults<TextOptions>}, {"template", defaults<TemplateOptions>},
    {"yaml", defaults<YamlOptions>}, {"dig", defaults<DigOptions>},
    {"hex", defaults<HexOptions>},   {"dnstap", defaults<DnstapOptions>},
};

// Of what parses or says why not.
template <typename Parsed>
std::string fault_of(std::variant<Parsed, std::string> parsed) {
    auto* fault = std::get_if<std::string>(&parsed);
    return fault == nullptr ? std::string() : std::move(*fault);
}

}  // namespace

std::unique_ptr<Encoder> make_encoder(const FormatOptions& options) {
    return std::visit(Maker{}, options);
}

std::unique_ptr<Envelope> make_syslog_header(const SyslogHeaderOptions& options) {
    return std::make_unique<SyslogHeader>(options);
}

std::unique_ptr<Envelope> make_splunk_envelope(const SplunkEnvelopeOptions& options) {
    return std::make_unique<SplunkEnvelope>(options);
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
    return fault_of(LineFormat::parse_text(format));
}

std::string check_template(std::string_view line) {
    return fault_of(LineFormat::parse_template(line));
}

bool passes_frame_on(const FormatOptions& options) {
    return std::holds_alternative<DnstapOptions>(options) || std::holds_alternative<HexOptions>(options);
}

RecordText record_text(const FormatOptions& options) {
    // By the defaults, which can always be used.
    for (const Format& format : formats)
        if (const FormatOptions defaults = format.options(); defaults.index() == options.index())
            return make_encoder(defaults)->text();
    return RecordText::line;
}

std::string check_group_by(const std::vector<std::string>& fields) {
    return fault_of(parse_group_by(fields));
}

}  // namespace tapferry
