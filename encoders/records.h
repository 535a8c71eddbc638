// Records are what a transport carries: bytes with the identity, time and position of the event they render.
// They lie one after another in one buffer, framed as they go on the wire, so that a stream transport writes
// a batch with one call and a datagram transport takes them singly. Filled by encoders, read by transports;
// the owner is one route.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "encoders/cut_fields.h"
#include "proto/event.h"
#include "proto/text_buffer.h"

namespace tapferry {

// How records are told apart in a byte stream.
enum class Framing : std::uint8_t {
    none,            // record after record with nothing between: for datagrams and message queues
    newline,         // LF behind each record
    nul,             // NUL behind each record (GELF over TCP)
    octet_counting,  // "LENGTH SP" before each record (RFC 6587, section 3.4.1)
    length_prefix,   // 32-bit big-endian length before each record
    frame_streams,   // the same, and the transport writes START before the first and STOP behind the last
    headed,          // a heading before each record, for message queues; see RecordBuffer::heading()
};

// What of its event a message queue tells a record's partition by.
enum class RecordKey : std::uint8_t { none, client, identity, qname, registered_domain };

// Which bytes a record may hold. Any other one makes it `invalid`.
enum class RecordText : std::uint8_t {
    line,         // 0x20 to 0x7E: one line of printable ASCII
    tabbed_line,  // TAB too
    lines,        // LF too: for people
    bytes,        // any: binary formats
};

// Which row of an aggregate a record is: a digest of what its events have in common. Rows of one window have
// different ones, and the same events always give the same.
struct RowDigest {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    [[nodiscard]] bool present() const { return (high | low) != 0; }
    friend bool operator==(const RowDigest&, const RowDigest&) = default;
};

struct Record {
    std::uint32_t begin = 0;       // of the record's own bytes in RecordBuffer::bytes()
    std::uint32_t length = 0;      // without framing
    std::uint32_t wire_begin = 0;  // with framing; the wire bytes of a record end where the next one's begin
    EventId id{};                  // of its event; of a row: of the first event of the row's window
    std::uint64_t sequence = 0;    // of that event in our own log, by which positions go
    std::uint32_t part = 1;        // an event that becomes several records: 1, 2, 3 …; of a row: 1
    RowDigest row{};               // present in rows of aggregates only
    Timestamp time{};              // of its event; of a row: of the last one
    // Holds a byte that no encoder may write, or was refused: goes to the dead letter, never to the wire.
    bool invalid = false;
    CutFields cut{};  // what it lacks, so as not to be too long
};

// The name that two records never share: the event's id, 32 hex digits; with "-2", "-3" … for further records
// of one event, with "-" and the 32 hex digits of the digest for a row.
void append_record_id(TextBuffer& out, const Record& record);

// What is written around a record, whatever its format: a syslog header, for instance. Deterministic, cannot
// fail.
class Envelope {
  public:
    virtual ~Envelope() = default;
    // `record` is named and nothing more yet: its id, sequence, part, row and time stand.
    virtual void open(const Event&, const Record& record, TextBuffer&) const = 0;
    virtual void close(const Event&, TextBuffer&) const {}
};

class RecordBuffer {
  public:
    // `envelope` may be null and must outlive the buffer. `key`: for Framing::headed only.
    explicit RecordBuffer(Framing framing = Framing::none, const Envelope* envelope = nullptr,
                          RecordText allowed = RecordText::line, RecordKey key = RecordKey::none)
        : framing_(framing), allowed_(allowed), key_(key), envelope_(envelope) {}

    // Begins a record of `event`; what is appended to the returned buffer until close() is its content. With
    // a digest it is that row, of the window that began with the event's id.
    TextBuffer& open(const Event& event, const RowDigest& row = {});
    // Ends the record: writes what the framing needs and checks that every byte may be sent.
    void close(const Event& event);
    // Takes the open record back, as if open() had not been called.
    void abandon();
    // A record that was rendered before, with all that its envelope wrote: framed and checked like any other,
    // under the id, part, row and time of `named`, and with that heading.
    void append_again(const Record& named, std::string_view content, std::string_view heading = {});
    // The open record must not be sent, for a reason of its encoder (it cannot be made short enough): it will
    // be `invalid`.
    void refuse() { open_.invalid = true; }
    // The open record lacks these, so as not to be too long.
    void cut(CutFields fields) { open_.cut = fields; }
    // The last record that was closed lacks these: what belongs behind it would have made the event too long.
    void cut_last(CutFields fields) { records_.back().cut = fields; }
    // An event lacks this in the rows that it is counted in, or has no record for it: it would have been too
    // much. It counts as a record does.
    void cut_event(CutField field) {
        ++cut_events_;
        ++event_cuts_[static_cast<std::size_t>(field)];
    }
    // How many bytes the open record has so far, with its envelope and without framing.
    [[nodiscard]] std::size_t open_size() const;

    [[nodiscard]] std::span<const Record> records() const { return records_; }
    [[nodiscard]] std::string_view content(const Record& record) const {
        return {text_.data() + record.begin, record.length};
    }
    // With Framing::headed: what stands before the record and is no part of it, its event's type and key.
    [[nodiscard]] std::string_view heading(const Record& record) const {
        if (framing_ != Framing::headed) return {};
        return {text_.data() + record.wire_begin, record.begin - record.wire_begin};
    }
    // Of such a record. `unknown`: of a notice, and of what an aggregate counts.
    [[nodiscard]] MessageType message_type(const Record& record) const {
        const std::string_view told = heading(record);
        const auto number = told.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(told.front());
        return number < message_type_count ? MessageType{number} : MessageType::unknown;
    }
    // Likewise, as text; empty: the event has none.
    [[nodiscard]] std::string_view key(const Record& record) const {
        const std::string_view told = heading(record);
        return told.empty() ? told : told.substr(1);
    }
    // The wire bytes of records [from, to), contiguous.
    [[nodiscard]] std::string_view wire(std::size_t from, std::size_t to) const;
    [[nodiscard]] std::size_t size() const { return records_.size(); }
    [[nodiscard]] std::size_t bytes() const { return text_.size(); }
    [[nodiscard]] bool empty() const { return records_.empty(); }
    // Of its records that may be sent, and the events of cut_event(), how many lack what.
    [[nodiscard]] CutCounts cut_counts() const;
    [[nodiscard]] std::uint64_t cut_events() const { return cut_events_; }
    void clear();
    // Takes back the records from `count` on, and one that is open.
    void truncate(std::size_t count);
    // Takes out the records of which `gone` is true, wherever they lie. None may be open.
    template <typename Predicate>
    void remove_if(Predicate gone) {
        std::size_t kept = 0;
        std::size_t end = 0;
        for (std::size_t i = 0; i < records_.size(); ++i) {
            Record record = records_[i];
            const std::size_t wire_end = i + 1 < records_.size() ? records_[i + 1].wire_begin : closed_end_;
            if (gone(std::as_const(record))) continue;
            const auto shift = static_cast<std::uint32_t>(record.wire_begin - end);
            const std::size_t length = wire_end - record.wire_begin;
            if (shift != 0) std::memmove(text_.data() + end, text_.data() + record.wire_begin, length);
            record.begin -= shift;
            record.wire_begin -= shift;
            records_[kept++] = record;
            end += length;
        }
        truncate(kept);
        text_.truncate(closed_end_ = end);
    }

  private:
    [[nodiscard]] bool prefixes_lengths() const {
        return framing_ == Framing::length_prefix || framing_ == Framing::frame_streams;
    }
    void begin();
    void write_heading(const Event& event, const RowDigest& row);
    void end();
    void write_octet_count(std::size_t length);
    void write_length_prefix(std::size_t length);

    Framing framing_;
    RecordText allowed_;
    RecordKey key_;
    const Envelope* envelope_;
    TextBuffer text_;
    std::vector<Record> records_;
    std::size_t closed_end_ = 0;  // of the last closed record, with its framing
    std::size_t open_wire_begin_ = 0;
    std::size_t open_begin_ = 0;
    Record open_;  // what is known of it before close()
    CutCounts event_cuts_{};
    std::uint64_t cut_events_ = 0;
};

}  // namespace tapferry
