#include "agent/config/read_format.h"

#include <algorithm>
#include <chrono>

#include "encoders/make_encoder.h"

namespace tapferry {

using namespace std::chrono_literals;

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
        using Options = PassivednsOptions;
        options.mode = section.choice<Options::Mode>(
            "mode", options.mode, {{"aggregate", Options::Mode::aggregate}, {"each", Options::Mode::each}});
        read_window(options, 10'000'000);
        options.client = section.choice<Options::Client>("client", options.client,
                                                         {{"first", Options::Client::first},
                                                          {"last", Options::Client::last},
                                                          {"none", Options::Client::none}});
        options.rdata = section.choice<Options::Rdata>(
            "rdata", options.rdata,
            {{"full", Options::Rdata::full}, {"passivedns", Options::Rdata::passivedns}});
        options.errors = section.flag("errors", options.errors);
        read_passive_dns(options.records);
        if (options.records.d4 && options.errors)
            section.fault("errors", "cannot be true with profile = \"d4\": D4 would keep the error as data");
    }
    void operator()(CofOptions& options) const {
        read_window(options, 10'000'000);
        options.trailing_dot = section.flag("trailing_dot", options.trailing_dot);
        options.rdata = section.choice<CofOptions::Rdata>(
            "rdata", options.rdata,
            {{"array", CofOptions::Rdata::array}, {"string", CofOptions::Rdata::string}});
        options.sensor_id = printable_text("sensor_id", options.sensor_id, 0);
        read_passive_dns(options.records);
        if (!options.records.d4) return;
        if (options.trailing_dot)
            section.fault("trailing_dot",
                          "cannot be true with profile = \"d4\": D4 keeps names as they come");
        if (section.has("rdata") && options.rdata == CofOptions::Rdata::array)
            section.fault("rdata", "cannot be \"array\" with profile = \"d4\": D4 takes strings only");
    }
    void operator()(SummaryOptions& options) const {
        read_window(options, 1'000'000);
        options.group_by = section.texts("group_by").value_or(options.group_by);
        if (const std::string fault = check_group_by(options.group_by); !fault.empty())
            section.fault("group_by", fault);
    }
    void operator()(TextOptions& options) const {
        options.format = section.text("line", options.format);
        if (const std::string fault = check_text_format(options.format); !fault.empty())
            section.fault("line", fault);
    }

    std::string header_text(std::string_view key, const std::string& otherwise) const {
        return printable_text(key, otherwise, 1);
    }
    std::string printable_text(std::string_view key, const std::string& otherwise, std::size_t least) const {
        std::string text = section.text(key, otherwise);
        const bool printable =
            std::all_of(text.begin(), text.end(), [](char c) { return c >= 32 && c < 127; });
        if (text.size() < least || text.size() > 63 || !printable)
            section.fault(key, "must be " + std::to_string(least) + " to 63 printable ASCII characters");
        return text;
    }
    // Of formats that aggregate.
    template <typename Options>
    void read_window(Options& options, std::uint64_t most_rows) const {
        options.window = section.duration("window", options.window, 1s, 1h);
        options.max_rows = section.integer("max_rows", options.max_rows, 1, most_rows);
    }
    // Of formats of passive DNS.
    void read_passive_dns(PassiveDnsOptions& options) const {
        using Bailiwick = PassiveDnsOptions::Bailiwick;
        options.bailiwick = section.choice<Bailiwick>("bailiwick", options.bailiwick,
                                                      {{"drop", Bailiwick::drop}, {"keep", Bailiwick::keep}});
        options.d4 = section.choice<bool>("profile", options.d4, {{"none", false}, {"d4", true}});
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
