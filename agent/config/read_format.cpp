#include "agent/config/read_format.h"

#include <algorithm>

#include "encoders/make_encoder.h"

namespace tapferry {

namespace {

// The options of each format, from the table that is named after it.
struct FormatReader {
    Section& section;
    std::size_t max_bytes;

    void operator()(JsonOptions& options) const {
        options.additional = section.flag("additional", options.additional);
        options.schema = section.flag("schema", options.schema);
    }
    void operator()(CefOptions& options) const {
        options.max_bytes = max_bytes;
        options.vendor = header_text("vendor", options.vendor);
        options.product = header_text("product", options.product);
        options.ipv6 = section.choice<CefOptions::Ipv6>(
            "ipv6", options.ipv6,
            {{"inline", CefOptions::Ipv6::inline_address}, {"c6a", CefOptions::Ipv6::c6a}});
    }
    void operator()(PassivednsOptions& options) const {
        section.choice<int>("mode", 0, {{"each", 0}});
        options.client = section.choice<PassivednsOptions::Client>(
            "client", options.client,
            {{"first", PassivednsOptions::Client::keep}, {"none", PassivednsOptions::Client::none}});
        options.errors = section.flag("errors", options.errors);
    }
    void operator()(TextOptions& options) const {
        options.format = section.text("line", options.format);
        if (const std::string fault = check_text_format(options.format); !fault.empty())
            section.fault("line", fault);
    }
    void operator()(TemplateOptions& options) const {
        options.line = section.text("line", options.line);
        if (const std::string fault = check_template(options.line); !fault.empty())
            section.fault("line", fault);
        options.absent = section.text("absent", options.absent);
        constexpr std::size_t longest = 63;
        if (options.absent.size() > longest || !printable(options.absent))
            section.fault("absent", "must be at most 63 printable ASCII characters");
    }
    void operator()(YamlOptions& options) const {
        options.layout =
            section.choice<YamlOptions::Layout>("layout", options.layout,
                                                {{"dnstap-read", YamlOptions::Layout::dnstap_read},
                                                 {"dnstap-receiver", YamlOptions::Layout::dnstap_receiver}});
    }
    void operator()(DigOptions&) const {}
    void operator()(HexOptions&) const {}
    void operator()(DnstapOptions&) const {}

    static bool printable(const std::string& text) {
        return std::all_of(text.begin(), text.end(), [](char c) { return c >= 32 && c < 127; });
    }
    std::string header_text(std::string_view key, const std::string& otherwise) const {
        std::string text = section.text(key, otherwise);
        if (text.empty() || text.size() > 63 || !printable(text))
            section.fault(key, "must be 1 to 63 printable ASCII characters");
        return text;
    }
};

bool has_no_options(const FormatOptions& format) {
    return std::holds_alternative<DigOptions>(format) || std::holds_alternative<HexOptions>(format) ||
           std::holds_alternative<DnstapOptions>(format);
}

bool is_one_of(const std::string& type, std::initializer_list<std::string_view> types) {
    return std::find(types.begin(), types.end(), type) != types.end();
}

bool counts_lengths(const DestinationConfig& destination) {
    const auto* stream = std::get_if<StreamOptions>(&destination.transport);
    return stream != nullptr && stream->framing == Framing::length_prefix;
}

}  // namespace

void read_format(Section& section, DestinationConfig& destination, std::size_t max_bytes) {
    const bool syslog = destination.type == "syslog";
    destination.format_name = section.text("format", syslog ? "cef" : "json");
    auto format = default_format(destination.format_name);
    if (!format) {
        section.fault("format",
                      "\"" + destination.format_name + "\" is not one of " + list_of(format_names()));
        return;
    }
    destination.format = *format;
    if (!has_no_options(destination.format) || section.has(destination.format_name)) {
        Section options = section.table(destination.format_name);
        std::visit(FormatReader{options, max_bytes}, destination.format);
        options.finish();
    }
    for (const auto name : format_names())
        if (name != destination.format_name && section.has(name)) {
            section.table(name);
            section.fault(name, "holds options of a format that is not chosen: format is \"" +
                                    destination.format_name + "\"");
        }
}

std::string misfit(const DestinationConfig& destination) {
    const std::string& type = destination.type;
    switch (record_text(destination.format)) {
        case RecordText::lines:
            if (is_one_of(type, {"file", "stdout", "tcp"})) return {};
            return "\"" + destination.format_name + "\" has several lines an event, and a record of \"" +
                   type + "\" is one line; it goes to \"file\", \"stdout\" and \"tcp\"";
        case RecordText::bytes:
            if (is_one_of(type, {"dnstap", "kafka"}) || (type == "tcp" && counts_lengths(destination)))
                return {};
            return "\"" + destination.format_name +
                   "\" is bytes and no text; it goes to \"tcp\" with framing = \"length\"";
        case RecordText::line:
        case RecordText::tabbed_line:
            break;
    }
    return {};
}

}  // namespace tapferry
