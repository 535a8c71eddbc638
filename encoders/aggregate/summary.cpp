#include "encoders/aggregate/summary.h"

#include <algorithm>
#include <stdexcept>

#include "encoders/aggregate/row_digest.h"
#include "encoders/escape.h"
#include "encoders/event_facts.h"
#include "encoders/json/json_notices.h"
#include "proto/digits.h"
#include "proto/dns_text.h"

namespace tapferry {
namespace {

constexpr std::size_t bytes_a_row = 1024;  // of key and sketches, in the mean
constexpr std::size_t max_group_fields = 16;
// No name is longer, in its longest form.
constexpr std::size_t max_group_text = 1024;

// Absent where window bounds have no fraction.
unsigned window_digits(std::chrono::milliseconds length) {
    return length.count() % 1000 == 0 ? 0 : 3;
}

void append_time(TextBuffer& out, std::string_view prefix, const Timestamp& time, unsigned digits) {
    out.append(prefix);
    append_rfc3339(out, time, digits);
    out.push_back('"');
}

// Neither a field nor a label: there is none of that name.
GroupField group_field(const std::string& name) {
    constexpr std::string_view label_prefix = "labels.";
    if (name.starts_with(label_prefix) && name.size() > label_prefix.size())
        return {name, nullptr, name.substr(label_prefix.size())};
    const EventField* const field = find_json_field(name);
    return {field == nullptr ? name : std::string(field->name), field, {}};
}

}  // namespace

void GroupField::append(TextBuffer& out, const Event& event) const {
    if (field != nullptr) return field->append(out, event);
    for (const Label& one : event.labels)
        if (one.name == label) append_opaque(out, one.value);
}

std::variant<GroupFields, std::string> parse_group_by(const std::vector<std::string>& names) {
    GroupFields fields;
    for (const std::string& name : names) {
        GroupField one = group_field(name);
        if (one.field == nullptr && one.label.empty()) {
            const std::string_view near = near_event_field(name);
            return "unknown field \"" + name + "\"" +
                   (near.empty() ? "; tapferry-filter(7) lists them"
                                 : ", did you mean \"" + std::string(near) + "\"?");
        }
        if (name == "id") return std::string("each event has an id of its own");
        if (std::find(fields.begin(), fields.end(), one) != fields.end())
            return "\"" + name + "\" is there twice";
        fields.push_back(std::move(one));
    }
    if (fields.size() > max_group_fields) return "more than " + std::to_string(max_group_fields) + " fields";
    return fields;
}

SummaryEncoder::SummaryEncoder(const SummaryOptions& options)
    : window_(options.window), rows_(options.max_rows, bytes_a_row) {
    auto parsed = parse_group_by(options.group_by);
    if (const auto* error = std::get_if<std::string>(&parsed)) throw std::invalid_argument(*error);
    fields_ = std::get<GroupFields>(std::move(parsed));
    const auto is_grouped_by = [this](std::string_view name) {
        return std::any_of(fields_.begin(), fields_.end(),
                           [name](const GroupField& field) { return field.name == name; });
    };
    grouped_by_bytes_ = is_grouped_by("bytes");
    grouped_by_labels_ = is_grouped_by("labels");
    grouped_by_sample_rate_ = is_grouped_by("sample_rate");
}

void SummaryEncoder::encode(const Event& event, RecordBuffer& records) {
    if (event.notice != nullptr) return append_summary_notice(event, records);
    window_.take(event);
    take_circumstances(event);
    render_key(event);
    auto [row, is_new] = rows_.find_or_add(key_.view());
    if (is_new) {
        row.origin = origins_.number_of(event);
        row.first = row.last = event.time;
    }
    ++row.count;
    window_.count();
    row.bytes += event.dns.wire.size();
    row.first = std::min(row.first, event.time);
    row.last = std::max(row.last, event.time);
    row.time_digits = std::max(row.time_digits, event.time_digits);
    if (!event.qname.empty()) distinct_.add(row.names, event.qname);
    const IpAddress& client = event.query.address;
    if (client.present())
        distinct_.add(row.clients, {reinterpret_cast<const char*>(client.bytes.data()), client.size});
    if (const auto nanoseconds = measured_latency(event)) latencies_.add(row.latency, *nanoseconds);
}

// A label that only some of them have, as that of match lists, says nothing of a row.
void SummaryEncoder::take_circumstances(const Event& event) {
    sample_rate_ = event.sample_rate;
    if (!begun_) {
        for (const Label& label : event.labels)
            if (!is_grouped_by_label(label.name))
                labels_.push_back({std::string(label.name), std::string(label.value)});
    } else if (!labels_.empty()) {
        std::erase_if(labels_, [&event](const OwnLabel& own) {
            return std::none_of(event.labels.begin(), event.labels.end(), [&own](const Label& label) {
                return label.name == own.name && label.value == own.value;
            });
        });
    }
    begun_ = true;
}

bool SummaryEncoder::is_grouped_by_label(std::string_view name) const {
    return std::any_of(fields_.begin(), fields_.end(),
                       [name](const GroupField& field) { return field.label == name; });
}

void SummaryEncoder::render_key(const Event& event) {
    key_.clear();
    for (const GroupField& field : fields_) {
        const std::size_t from = key_.size();
        field.append(key_, event);
        cut_text(key_, from, max_group_text);
        key_.push_back('\n');
    }
}

void SummaryEncoder::close(RecordBuffer& records) {
    Event event;
    Record name;
    event.id = name.id = window_.id();
    for (std::uint32_t number = 0; number < rows_.size(); ++number) {
        const Row& row = rows_.row(number);
        origins_.restore(row.origin, event);
        event.time = row.last;
        name.row = row_digest(rows_.key(number));
        TextBuffer& out = records.open(event, name.row);
        append_row(out, name, rows_.key(number), row);
        records.close(event);
    }
    labels_.clear();
    begun_ = false;
    window_.clear();
    rows_.clear();
    origins_.clear();
    distinct_.clear();
    latencies_.clear();
}

void SummaryEncoder::append_row(TextBuffer& out, const Record& name, std::string_view key,
                                const Row& row) const {
    append_time(out, "{\"window_start\":\"", window_.begin(), window_digits(window_.length()));
    append_time(out, ",\"window_end\":\"", window_.end(), window_digits(window_.length()));
    out.append(",\"id\":\"");
    append_record_id(out, name);
    out.push_back('"');
    append_group(out, key);
    out.append(",\"count\":", Decimal{row.count});
    append_time(out, ",\"first\":\"", row.first, row.time_digits);
    append_time(out, ",\"last\":\"", row.last, row.time_digits);
    if (!grouped_by_bytes_) out.append(",\"bytes\":", Decimal{row.bytes});
    out.append(",\"distinct_names\":", Decimal{distinct_.estimate(row.names)},
               ",\"distinct_clients\":", Decimal{distinct_.estimate(row.clients)});
    append_latency(out, row.latency);
    append_circumstances(out);
    out.append(",\"schema\":\"tapferry-summary/1\"}");
}

void SummaryEncoder::append_group(TextBuffer& out, std::string_view key) const {
    for (const GroupField& field : fields_) {
        const std::size_t end = key.find('\n');
        const std::string_view text = key.substr(0, end);
        key.remove_prefix(end + 1);
        if (text.empty()) continue;
        const bool quoted = !field.is_number();
        out.append(",\"", std::string_view(field.name),
                   quoted ? std::string_view("\":\"") : std::string_view("\":"));
        const std::size_t from = out.size();
        out.append(text);
        escape_json(out, from);
        if (quoted) out.push_back('"');
    }
}

void SummaryEncoder::append_circumstances(TextBuffer& out) const {
    if (sample_rate_ < 1 && !grouped_by_sample_rate_) {
        out.append(",\"sample_rate\":");
        append_rate(out, sample_rate_);
    }
    if (labels_.empty() || grouped_by_labels_) return;
    std::string_view before = ",\"labels\":{\"";
    for (const OwnLabel& label : labels_) {
        out.append(before, std::string_view(label.name), "\":\"");
        const std::size_t from = out.size();
        append_opaque(out, label.value);
        escape_json(out, from);
        out.push_back('"');
        before = ",\"";
    }
    out.push_back('}');
}

void SummaryEncoder::append_latency(TextBuffer& out, const LatencySketch& latency) const {
    if (latency.all() == 0) return;
    out.append(",\"latency_count\":", Decimal{latency.all()}, ",\"latency_zero\":", Decimal{latency.zeros});
    struct Percentile {
        std::string_view prefix;
        unsigned percent;
    };
    constexpr Percentile percentiles[] = {
        {",\"latency_p50\":", 50}, {",\"latency_p95\":", 95}, {",\"latency_p99\":", 99}};
    for (const Percentile& one : percentiles) {
        out.append(one.prefix);
        append_fraction(out, latencies_.percentile(latency, one.percent).value_or(0), 9, 9);
    }
}

}  // namespace tapferry
