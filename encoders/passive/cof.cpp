#include "encoders/passive/cof.h"

#include <algorithm>

#include "encoders/aggregate/row_digest.h"
#include "encoders/bounds.h"
#include "encoders/escape.h"
#include "encoders/json/json_notices.h"
#include "proto/digits.h"
#include "proto/record_types.h"
#include "proto/text_pieces.h"

namespace tapferry {
namespace {

constexpr std::size_t key_bytes_a_row = 128;

// The name of a sensor that says nothing of itself, for D4's importers, who must have one.
constexpr std::string_view nameless_sensor = "unknown";

std::string_view take_text(std::string_view& key) {
    const std::size_t end = key.find('\n');
    const std::string_view text = key.substr(0, end);
    key.remove_prefix(end + 1);
    return text;
}

void append_string(TextBuffer& out, std::string_view text) {
    out.push_back('"');
    const std::size_t from = out.size();
    out.append(text);
    escape_json(out, from);
    out.push_back('"');
}

void append_optional(TextBuffer& out, std::string_view prefix, std::string_view text) {
    if (text.empty()) return;
    out.append(prefix);
    append_string(out, text);
}

std::uint64_t unsigned_seconds(std::int64_t seconds) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(seconds, 0));
}

}  // namespace

CofEncoder::CofEncoder(const CofOptions& options)
    : d4_(options.records.d4),
      records_(options.records),
      rdata_{.name_end = options.trailing_dot && !d4_ ? NameEnd::trailing_dot : NameEnd::plain,
             .quotes = !d4_},
      rdata_is_array_(options.rdata == CofOptions::Rdata::array && !d4_),
      sensor_id_(options.sensor_id),
      window_(options.window),
      rows_(options.max_rows, key_bytes_a_row) {}

void CofEncoder::encode(const Event& event, RecordBuffer& records) {
    if (event.notice != nullptr) {
        if (!d4_)
            append_cof_notice(event, records, rdata_.name_end == NameEnd::trailing_dot, rdata_is_array_);
        return;
    }
    window_.take(event);
    if (!records_.start(event)) return;
    std::size_t added = 0;
    while (const dns::ResourceRecord* record = records_.next()) {
        if (record->rclass != dns::class_in) continue;
        key_.clear();
        append_key(event, *record);
        added += key_.size();
        if (added > max_event_row_bytes) return records.cut_event(CutField::answers);
        add(event);
    }
    if (records_.has_more()) records.cut_event(CutField::answers);
}

void CofEncoder::append_key(const Event& event, const dns::ResourceRecord& record) {
    const std::string_view owner = records_.owner();
    const bool dot = rdata_.name_end == NameEnd::trailing_dot && owner != ".";
    key_.append(owner, dot ? std::string_view(".\n") : std::string_view("\n"), TypeName{record.type}, '\n');
    append_passive_rdata(key_, event.dns.wire, record, rdata_);
    key_.push_back('\n');
    append_sensor(event);
    key_.push_back('\n');
    if (!event.query_zone.empty()) append_name(key_, event.query_zone, 0, rdata_.name_end);
    key_.push_back('\n');
}

void CofEncoder::append_sensor(const Event& event) {
    if (!sensor_id_.empty()) {
        key_.append(std::string_view(sensor_id_));
    } else if (!event.identity.empty()) {
        key_.append(identity_.text_of({}, event.identity, [](TextBuffer&, std::size_t) {}, {}));
    } else if (d4_) {
        key_.append(nameless_sensor);
    }
}

void CofEncoder::add(const Event& event) {
    auto [row, is_new] = rows_.find_or_add(key_.view());
    const std::int64_t time = event.time.seconds;
    if (is_new) {
        row.origin = origins_.number_of(event);
        row.first = row.last = time;
    }
    row.first = std::min(row.first, time);
    row.last = std::max(row.last, time);
    ++row.count;
    window_.count();
}

void CofEncoder::append_row(TextBuffer& out, std::string_view key, const Row& row) const {
    out.append("{\"rrname\":");
    append_string(out, take_text(key));
    out.append(",\"rrtype\":");
    append_string(out, take_text(key));
    out.append(rdata_is_array_ ? std::string_view(",\"rdata\":[") : std::string_view(",\"rdata\":"));
    append_string(out, take_text(key));
    if (rdata_is_array_) out.push_back(']');
    out.append(",\"time_first\":", Decimal{unsigned_seconds(row.first)},
               ",\"time_last\":", Decimal{unsigned_seconds(row.last)}, ",\"count\":", Decimal{row.count});
    append_optional(out, ",\"sensor_id\":", take_text(key));
    append_optional(out, ",\"bailiwick\":", take_text(key));
    out.push_back('}');
}

void CofEncoder::close(RecordBuffer& records) {
    Event event;
    event.id = window_.id();
    for (std::uint32_t number = 0; number < rows_.size(); ++number) {
        const Row& row = rows_.row(number);
        origins_.restore(row.origin, event);
        event.time = {row.last, 0};
        TextBuffer& out = records.open(event, row_digest(rows_.key(number)));
        append_row(out, rows_.key(number), row);
        records.close(event);
    }
    window_.clear();
    rows_.clear();
    origins_.clear();
}

}  // namespace tapferry
