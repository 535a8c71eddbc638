#include "agent/config/read_format.h"

#include <algorithm>

#include "agent/config/read_severities.h"
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
        options.severities = read_severities(section);
        options.ipv6 = section.choice<CefOptions::Ipv6>(
            "ipv6", options.ipv6,
            {{"inline", CefOptions::Ipv6::inline_address}, {"c6a", CefOptions::Ipv6::c6a}});
        options.profile = section.choice<CefOptions::Profile>(
            "profile", options.profile,
            {{"arcsight", CefOptions::Profile::arcsight}, {"infoblox", CefOptions::Profile::infoblox}});
        options.answers = section.choice<CefOptions::Answers>(
            "answers", options.answers,
            {{"array", CefOptions::Answers::array}, {"one_event_each", CefOptions::Answers::one_event_each}});
    }
    void operator()(LeefOptions& options) const {
        options.max_bytes = max_bytes;
        options.vendor = leef_header_text("vendor", options.vendor);
        options.product = leef_header_text("product", options.product);
        options.severities = read_severities(section);
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

    std::string header_text(std::string_view key, const std::string& otherwise) const {
        std::string text = section.text(key, otherwise);
        const bool printable =
            std::all_of(text.begin(), text.end(), [](char c) { return c >= 32 && c < 127; });
        if (text.empty() || text.size() > 63 || !printable)
            section.fault(key, "must be 1 to 63 printable ASCII characters");
        return text;
    }
    std::string leef_header_text(std::string_view key, const std::string& otherwise) const {
        std::string text = header_text(key, otherwise);
        if (text.find('|') != std::string::npos) section.fault(key, "cannot hold \"|\" in LEEF's header");
        return text;
    }
};

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
    Section options = section.table(destination.format_name);
    std::visit(FormatReader{options, max_bytes}, destination.format);
    options.finish();
    for (const auto name : format_names())
        if (name != destination.format_name && section.has(name)) {
            section.table(name);
            section.fault(name, "holds options of a format that is not chosen: format is \"" +
                                    destination.format_name + "\"");
        }
}

}  // namespace tapferry
