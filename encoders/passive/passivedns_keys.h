// The middle of a passivedns line, which is also what its aggregate counts:
// server||class||name.||type||rdata
// One for each record of an event that is told, and one for its error. Used by passivedns.cpp and
// passivedns_rows.cpp; the owner is one encoder.
#pragma once

#include <cstdint>

#include "encoders/options.h"
#include "encoders/passive/passive_rdata.h"
#include "encoders/passive/passive_records.h"
#include "encoders/records.h"
#include "proto/event.h"
#include "proto/text_buffer.h"

namespace tapferry {

class PassivednsKeys {
  public:
    explicit PassivednsKeys(const PassivednsOptions& options);

    // Begins with an event, which must outlive what follows.
    void start(const Event& event);
    // Goes to the next line of the event. False: there are no more.
    [[nodiscard]] bool next();
    // The event has more records than are looked at.
    [[nodiscard]] bool has_more() const { return records_.has_more(); }
    // Appends its key.
    void append(TextBuffer& out) const;
    [[nodiscard]] std::uint32_t ttl() const { return record_ == nullptr ? 0 : record_->ttl; }
    [[nodiscard]] std::uint64_t left_out() const { return records_.left_out(); }
    // D4's importers know no notices.
    [[nodiscard]] bool tells_notices() const { return !d4_; }

  private:
    void append_record(TextBuffer& out) const;
    void append_error(TextBuffer& out) const;

    const bool d4_;
    PassiveRecords records_;
    PassiveRdata rdata_;
    bool errors_;
    const Event* event_ = nullptr;
    const dns::ResourceRecord* record_ = nullptr;  // nullptr: the line is the error's
    bool counts_ = false;
    bool error_to_come_ = false;
};

// The columns around a key: the time and the client before it, TTL and count behind it.
void append_before_key(TextBuffer& out, const Timestamp& time, const IpAddress* client);
void append_behind_key(TextBuffer& out, std::uint32_t ttl, std::uint64_t count);
// A notice as a TXT record of "_notice.tapferry.invalid".
void append_passivedns_notice(const Event& event, RecordBuffer& records);
// Readers want an address in both columns: an unknown one is the wildcard of the other's family, which is
// also what resolvers put into the frame.
IpAddress address_or_wildcard(const IpAddress& address, const IpAddress& other);

}  // namespace tapferry
