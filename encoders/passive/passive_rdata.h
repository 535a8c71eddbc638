// RDATA as the readers of passive DNS want it. Used by the formats of passive DNS.
#pragma once

#include "encoders/options.h"
#include "proto/dns_text.h"

namespace tapferry {

struct PassiveRdata {
    NameEnd name_end = NameEnd::trailing_dot;
    PassivednsOptions::Rdata fields = PassivednsOptions::Rdata::full;
    bool quotes = true;  // around character strings; false: they are left out
};

// At most max_rdata_text characters, none of them a quote when there are to be none.
void append_passive_rdata(TextBuffer& out, dns::Wire wire, const dns::ResourceRecord& record,
                          const PassiveRdata& style);

}  // namespace tapferry
