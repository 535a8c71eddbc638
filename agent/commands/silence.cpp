#include "agent/commands/silence.h"

#include "encoders/passive/passive_records.h"

namespace tapferry {

std::string_view silence_words(const Event& event, const FormatOptions& options) {
    if (const auto* cof = std::get_if<CofOptions>(&options)) return no_source_words(event, cof->records);
    const auto* passivedns = std::get_if<PassivednsOptions>(&options);
    if (passivedns == nullptr) return {};
    const bool told_as_error = passivedns->errors && !passivedns->records.d4 && event.has_question &&
                               event.dns.rcode != 0 && PassiveRecords(passivedns->records).start(event);
    return told_as_error ? std::string_view() : no_source_words(event, passivedns->records);
}

}  // namespace tapferry
