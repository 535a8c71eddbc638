// Which fields of an Outcome go with which verdict, as transports/transport.h says it: what every outcome is
// held to that a test is given by outcomes_of() and deliver().
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "transports/transport.h"

namespace tapferry {

inline bool rises(const std::vector<std::uint32_t>& records) {
    return std::adjacent_find(records.begin(), records.end(), std::greater_equal<>()) == records.end();
}

// The rule that it breaks; empty: none.
inline std::string broken_rule(const Outcome& outcome) {
    using Verdict = Outcome::Verdict;
    const Verdict verdict = outcome.verdict;
    const bool is_good = verdict == Verdict::sent || verdict == Verdict::accepted;
    const bool tells_records =
        outcome.done != 0 || !outcome.refused_records.empty() || !outcome.retry_records.empty();
    if (verdict == Verdict::sent && tells_records) return "what was sent is not known yet to be taken or not";
    if (is_good && outcome.done != 0) return "of what is accepted no part is done";
    if (is_good && !outcome.retry_records.empty()) return "of what is accepted nothing goes again";
    if (!rises(outcome.refused_records) || !rises(outcome.retry_records)) return "records rise";
    if (!outcome.refused_words.empty() && outcome.refused_words.size() != outcome.refused_records.size())
        return "each refused record has words, or none has";
    if (verdict != Verdict::misconfigured && outcome.not_admitted) return "not admitted is misconfigured";
    if (!is_good && outcome.words.empty()) return "it is said why";
    return {};
}

}  // namespace tapferry
