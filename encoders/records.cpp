#include "encoders/records.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <limits>

#include "proto/byte_vector.h"
#include "proto/characters.h"
#include "proto/dns_text.h"

namespace tapferry {
namespace {

// Most records of every format have three digits of length; when one has not, its content is moved.
constexpr std::size_t guessed_digits = 3;

bool all_printable(std::string_view text) {
    constexpr std::size_t vector_size = 16;
    using Bytes = ByteVector<vector_size>;
    if (text.size() < vector_size) return std::all_of(text.begin(), text.end(), is_printable);
    // What may be sent has the least distances from 0x20, so the greatest distance tells.
    Bytes greatest{};
    look_over<vector_size, 4>(text, [&greatest](Bytes bytes) {
        const Bytes distance = bytes - 0x20;
        greatest = distance > greatest ? distance : greatest;
    });
    return !any_set(Bytes(greatest > 0x7E - 0x20));
}

bool all_printable_but(char also, std::string_view text) {
    constexpr std::size_t vector_size = 16;
    using Bytes = ByteVector<vector_size>;
    if (text.size() < vector_size) {
        return std::all_of(text.begin(), text.end(), [also](char c) { return is_printable(c) || c == also; });
    }
    Bytes found{};
    look_over<vector_size>(text, [&found, also](Bytes bytes) {
        found |= Bytes(Bytes(bytes - 0x20) > 0x7E - 0x20) & Bytes(bytes != static_cast<unsigned char>(also));
    });
    return !any_set(found);
}

bool may_be_sent(std::string_view text, RecordText allowed) {
    switch (allowed) {
        case RecordText::bytes:
            return true;
        case RecordText::line:
            return all_printable(text);
        case RecordText::tabbed_line:
            return all_printable_but('\t', text);
        case RecordText::lines:
            return all_printable_but('\n', text);
    }
    return false;
}

std::uint64_t sequence_of(const Event& event) {
    return event.own_sequence != 0 ? event.own_sequence : event.id.sequence;
}

// An event that was sent here twice has one id, and is two.
bool is_of(const Record& record, const Event& event) {
    return record.id == event.id && record.sequence == sequence_of(event);
}

std::size_t digits_of(std::size_t number) {
    std::size_t digits = 1;
    for (; number >= 10; number /= 10) ++digits;
    return digits;
}

}  // namespace

void append_record_id(TextBuffer& out, const Record& record) {
    append_event_id(out, record.id);
    if (record.row.present()) {
        out.push_back('-');
        append_event_id(out, {record.row.high, record.row.low});
    } else if (record.part != 1) {
        out.push_back('-');
        append_decimal(out, record.part);
    }
}

TextBuffer& RecordBuffer::open(const Event& event, const RowDigest& row) {
    open_ = {.id = event.id, .sequence = sequence_of(event), .row = row, .time = event.time};
    if (!row.present() && !records_.empty() && is_of(records_.back(), event))
        open_.part = records_.back().part + 1;
    begin();
    if (framing_ == Framing::headed) write_heading(event, row);
    if (envelope_ != nullptr) envelope_->open(event, open_, text_);
    return text_;
}

void RecordBuffer::write_heading(const Event& event, const RowDigest& row) {
    const bool of_one_message = !row.present() && event.kind != EventKind::notice;
    text_.push_back(static_cast<char>(of_one_message ? event.type : MessageType::unknown));
    switch (key_) {
        case RecordKey::none:
            break;
        case RecordKey::client:
            if (event.query.address.present()) append_address(text_, event.query.address);
            break;
        case RecordKey::identity:
            append_opaque(text_, event.identity);
            break;
        case RecordKey::qname:
            text_.append(event.qname);
            break;
        case RecordKey::registered_domain:
            text_.append(event.registered_domain.empty() ? event.qname : event.registered_domain);
            break;
    }
    open_begin_ = text_.size();
}

void RecordBuffer::begin() {
    open_wire_begin_ = text_.size();
    if (framing_ == Framing::octet_counting) text_.append("000 ");
    if (prefixes_lengths()) text_.append(std::string_view("\0\0\0\0", 4));
    open_begin_ = text_.size();
}

void RecordBuffer::close(const Event& event) {
    if (envelope_ != nullptr) envelope_->close(event, text_);
    end();
}

void RecordBuffer::append_again(const Record& named, std::string_view content, std::string_view heading) {
    open_ = {.id = named.id,
             .sequence = named.id.sequence,
             .part = named.part,
             .row = named.row,
             .time = named.time};
    begin();
    if (framing_ == Framing::headed) {
        text_.append(heading);
        open_begin_ = text_.size();
    }
    text_.append(content);
    end();
}

void RecordBuffer::end() {
    const std::size_t length = open_size();
    if (!may_be_sent(text_.view(open_begin_), allowed_)) open_.invalid = true;
    if (framing_ == Framing::octet_counting) write_octet_count(length);
    if (prefixes_lengths()) write_length_prefix(length);
    if (framing_ == Framing::newline) text_.push_back('\n');
    if (framing_ == Framing::nul) text_.push_back('\0');
    assert(text_.size() <= std::numeric_limits<std::uint32_t>::max());
    Record& record = records_.emplace_back(open_);
    record.begin = static_cast<std::uint32_t>(open_begin_);
    record.length = static_cast<std::uint32_t>(length);
    record.wire_begin = static_cast<std::uint32_t>(open_wire_begin_);
    closed_end_ = text_.size();
}

void RecordBuffer::write_octet_count(std::size_t length) {
    const std::size_t digits = digits_of(length);
    if (digits != guessed_digits) {
        const std::size_t begin = open_wire_begin_ + digits + 1;
        if (digits > guessed_digits) {
            (void)text_.reserve(digits - guessed_digits);
            text_.commit(digits - guessed_digits);
        }
        std::memmove(text_.data() + begin, text_.data() + open_begin_, length);
        text_.truncate(begin + length);
        open_begin_ = begin;
    }
    char* place = text_.data() + open_begin_;
    *--place = ' ';
    for (std::size_t i = 0; i < digits; ++i, length /= 10) *--place = static_cast<char>('0' + length % 10);
}

void RecordBuffer::write_length_prefix(std::size_t length) {
    char* place = text_.data() + open_wire_begin_;
    for (int shift = 24; shift >= 0; shift -= 8) *place++ = static_cast<char>(length >> shift & 0xFF);
}

void RecordBuffer::abandon() {
    text_.truncate(open_wire_begin_);
}

std::size_t RecordBuffer::open_size() const {
    return text_.size() - open_begin_;
}

std::string_view RecordBuffer::wire(std::size_t from, std::size_t to) const {
    assert(from <= to && to <= records_.size());
    const auto begin_of = [this](std::size_t index) {
        return index < records_.size() ? records_[index].wire_begin : text_.size();
    };
    return text_.view().substr(begin_of(from), begin_of(to) - begin_of(from));
}

CutCounts RecordBuffer::cut_counts() const {
    CutCounts counts = event_cuts_;
    for (const Record& record : records_) {
        if (record.cut.empty() || record.invalid) continue;
        for (std::size_t field = 0; field < cut_field_count; ++field)
            counts[field] += record.cut.holds(static_cast<CutField>(field)) ? 1 : 0;
    }
    return counts;
}

void RecordBuffer::clear() {
    text_.clear();
    records_.clear();
    closed_end_ = 0;
    event_cuts_ = {};
    cut_events_ = 0;
}

void RecordBuffer::truncate(std::size_t count) {
    if (count < records_.size()) {
        closed_end_ = records_[count].wire_begin;
        records_.resize(count);
    }
    text_.truncate(closed_end_);
}

}  // namespace tapferry
