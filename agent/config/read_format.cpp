#include "agent/config/read_format.h"

#include <algorithm>
#include <chrono>

#include "agent/config/read_severities.h"
#include "encoders/make_encoder.h"
#include "proto/characters.h"

namespace tapferry {

using namespace std::chrono_literals;

namespace {

bool printable(const std::string& text) {
    return std::all_of(text.begin(), text.end(), is_printable);
}

// "logs-dns.dnstap-default". False: it is not three names.
bool read_data_stream(std::string_view text, EcsOptions& options) {
    std::string* const parts[] = {&options.type, &options.dataset, &options.name_space};
    for (std::string* const part : parts) {
        const std::size_t end = std::min(text.find('-'), text.size());
        *part = text.substr(0, end);
        const bool named = !part->empty() && std::all_of(part->begin(), part->end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_';
        });
        const bool last = part == parts[2];
        if (!named || last != (end == text.size())) return false;
        text.remove_prefix(last ? end : end + 1);
    }
    return true;
}

// The options of each format, from the table that is named after it.
struct FormatReader {
    Section& section;
    std::size_t max_bytes;

    void operator()(JsonOptions& options) const {
        using Answers = JsonOptions::Answers;
        options.answers =
            section.choice<Answers>("answers", options.answers,
                                    {{"array", Answers::array}, {"one_event_each", Answers::one_event_each}});
        options.additional = section.flag("additional", options.additional);
        options.raw = section.flag("raw", options.raw);
        options.schema = section.flag("schema", options.schema);
        options.profile = section.choice<JsonOptions::Profile>(
            "profile", options.profile,
            {{"tapferry", JsonOptions::Profile::tapferry},
             {"dnstap-receiver", JsonOptions::Profile::dnstap_receiver}});
        if (options.profile == JsonOptions::Profile::tapferry) return;
        for (const char* key : {"answers", "additional", "raw", "schema"})
            if (section.has(key))
                section.fault(key, "does not apply to profile = \"dnstap-receiver\", which has other fields");
    }
    void operator()(EcsOptions& options) const {
        const std::string text =
            section.text("data_stream", options.type + '-' + options.dataset + '-' + options.name_space);
        if (text.empty())
            options.type.clear();
        else if (!read_data_stream(text, options))
            section.fault(
                "data_stream",
                "must be \"\", or type, dataset and namespace with \"-\" between, of a-z 0-9 . and _");
    }
    void operator()(CimOptions&) const {}
    void operator()(OcsfOptions& options) const {
        using Version = OcsfOptions::Version;
        options.version = section.choice<Version>("version", options.version,
                                                  {{"1.3", Version::v1_3}, {"1.9", Version::v1_9}});
        options.observables = section.flag("observables", options.observables);
    }
    void operator()(AsimOptions&) const {}
    void operator()(ZeekOptions& options) const { options.path = section.flag("path", options.path); }
    void operator()(GelfOptions& options) const {
        const std::string host = section.text("host", "identity");
        if (host == "identity") return;
        options.host = host;
        if (host.empty() || host.size() > 255 || !printable(host))
            section.fault("host", "must be \"identity\", or 1 to 255 printable ASCII characters");
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

    std::string header_text(std::string_view key, const std::string& otherwise) const {
        return printable_text(key, otherwise, 1);
    }
    std::string printable_text(std::string_view key, const std::string& otherwise, std::size_t least) const {
        std::string text = section.text(key, otherwise);
        if (text.size() < least || text.size() > 63 || !printable(text))
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
    void read_passive_dns(PassiveSelection& options) const {
        using Bailiwick = PassiveSelection::Bailiwick;
        options.bailiwick = section.choice<Bailiwick>("bailiwick", options.bailiwick,
                                                      {{"drop", Bailiwick::drop}, {"keep", Bailiwick::keep}});
        options.d4 = section.choice<bool>("profile", options.d4, {{"none", false}, {"d4", true}});
    }
    std::string leef_header_text(std::string_view key, const std::string& otherwise) const {
        std::string text = header_text(key, otherwise);
        if (text.find('|') != std::string::npos) section.fault(key, "cannot hold \"|\" in LEEF's header");
        return text;
    }
};

bool has_no_options(const FormatOptions& format) {
    return std::holds_alternative<DigOptions>(format) || std::holds_alternative<HexOptions>(format) ||
           std::holds_alternative<DnstapOptions>(format);
}

std::string_view usual_format(std::string_view type) {
    if (type == "syslog" || type == "relp") return "cef";
    if (type == "splunk_hec") return "cim";
    if (type == "dnstap") return "dnstap";
    return type == "elasticsearch" ? "ecs" : "json";
}

bool is_one_of(const std::string& type, std::initializer_list<std::string_view> types) {
    return std::find(types.begin(), types.end(), type) != types.end();
}

bool counts_lengths(const DestinationConfig& destination) {
    const auto* stream = std::get_if<StreamOptions>(&destination.transport);
    return stream != nullptr && stream->framing == Framing::length_prefix;
}

}  // namespace

void read_format(Section& section, DestinationConfig& destination) {
    destination.format_name = lower_case(section.text("format", usual_format(destination.type)));
    auto format = default_format(destination.format_name);
    if (!format) {
        section.fault("format",
                      "\"" + destination.format_name + "\" is not one of " + list_of(format_names()));
        return;
    }
    destination.format = *format;
    if (!has_no_options(destination.format) || section.has(destination.format_name)) {
        Section options = section.table(destination.format_name);
        std::visit(FormatReader{options, destination.max_record_bytes}, destination.format);
        options.finish();
    }
    for (const auto name : format_names())
        if (name != destination.format_name && section.has(name)) {
            section.table(name);
            section.fault(name, "holds options of a format that is not chosen: format is \"" +
                                    destination.format_name + "\"");
        }
}

void fit_framing(DestinationConfig& destination) {
    if (record_text(destination.format) != RecordText::bytes) return;
    if (auto* file = std::get_if<FileOptions>(&destination.transport)) file->framing = Framing::frame_streams;
    if (auto* standard_output = std::get_if<StdoutOptions>(&destination.transport))
        standard_output->framing = Framing::frame_streams;
}

std::string misfit(const DestinationConfig& destination) {
    const std::string& type = destination.type;
    if (type == "dnstap" && !std::holds_alternative<DnstapOptions>(destination.format))
        return "\"" + destination.format_name +
               "\" is not dnstap, and type \"dnstap\" sends frames as they are: leave \"format\" out";
    switch (record_text(destination.format)) {
        case RecordText::lines:
            if (is_one_of(type, {"file", "stdout", "tcp"})) return {};
            return "\"" + destination.format_name + "\" has several lines an event, and a record of \"" +
                   type + "\" is one line; it goes to \"file\", \"stdout\" and \"tcp\"";
        case RecordText::bytes:
            if (is_one_of(type, {"file", "stdout", "dnstap", "kafka"}) ||
                (type == "tcp" && counts_lengths(destination)))
                return {};
            return "\"" + destination.format_name +
                   "\" is bytes and no text; it goes to \"dnstap\", \"file\", \"stdout\" and \"kafka\", and "
                   "to \"tcp\" with framing = \"length\"";
        case RecordText::line:
        case RecordText::tabbed_line:
            break;
    }
    return {};
}

}  // namespace tapferry
