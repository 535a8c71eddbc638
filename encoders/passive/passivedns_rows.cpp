#include "encoders/passive/passivedns_rows.h"

#include <algorithm>

#include "encoders/aggregate/row_digest.h"
#include "encoders/bounds.h"
#include "encoders/time_units.h"

namespace tapferry {
namespace {

constexpr std::size_t key_bytes_a_row = 128;

}  // namespace

PassivednsRowsEncoder::PassivednsRowsEncoder(const PassivednsOptions& options)
    : keys_(options),
      client_(options.client),
      window_(options.window),
      rows_(options.max_rows, key_bytes_a_row) {}

void PassivednsRowsEncoder::encode(const Event& event, RecordBuffer& records) {
    if (event.notice != nullptr) {
        if (keys_.tells_notices()) append_passivedns_notice(event, records);
        return;
    }
    window_.take(event);
    keys_.start(event);
    std::size_t added = 0;
    while (keys_.next()) {
        key_.clear();
        keys_.append(key_);
        added += key_.size();
        if (added > max_event_row_bytes) return records.cut_event(CutField::answers);
        add(event);
    }
    if (keys_.has_more()) records.cut_event(CutField::answers);
}

void PassivednsRowsEncoder::add(const Event& event) {
    auto [row, is_new] = rows_.find_or_add(key_.view());
    const std::int64_t time = in_microseconds(event.time);
    if (is_new) {
        row.origin = origins_.number_of(event);
        row.last_microseconds = time;
    }
    if (is_new || client_ == PassivednsOptions::Client::last)
        row.client = address_or_wildcard(event.query.address, event.response.address);
    row.last_microseconds = std::max(row.last_microseconds, time);
    row.ttl = std::max(row.ttl, keys_.ttl());
    ++row.count;
    window_.count();
}

void PassivednsRowsEncoder::close(RecordBuffer& records) {
    Event event;
    event.id = window_.id();
    for (std::uint32_t number = 0; number < rows_.size(); ++number) {
        const Row& row = rows_.row(number);
        origins_.restore(row.origin, event);
        event.time = from_microseconds(row.last_microseconds);
        TextBuffer& out = records.open(event, row_digest(rows_.key(number)));
        append_before_key(out, event.time,
                          client_ == PassivednsOptions::Client::none ? nullptr : &row.client);
        out.append(rows_.key(number));
        append_behind_key(out, row.ttl, row.count);
        records.close(event);
    }
    window_.clear();
    rows_.clear();
    origins_.clear();
}

}  // namespace tapferry
