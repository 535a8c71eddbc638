#include "agent/routes/parcel.h"

#include <algorithm>
#include <iterator>

namespace tapferry {

namespace {

using Verdict = Outcome::Verdict;

// Those of `indexes` that lie in [first, last), rising and each once.
std::vector<std::uint32_t> within(std::vector<std::uint32_t> indexes, std::size_t first, std::size_t last) {
    std::erase_if(indexes, [&](std::uint32_t index) { return index < first || index >= last; });
    std::sort(indexes.begin(), indexes.end());
    indexes.erase(std::unique(indexes.begin(), indexes.end()), indexes.end());
    return indexes;
}

// The runs of [first, last) between `holes`.
std::vector<Piece> around(std::size_t first, std::size_t last, const std::vector<std::uint32_t>& holes) {
    std::vector<Piece> pieces;
    for (const std::size_t hole : holes) {
        if (first < hole) pieces.push_back({first, hole});
        first = hole + 1;
    }
    if (first < last) pieces.push_back({first, last});
    return pieces;
}

std::vector<Piece> runs_of(const std::vector<std::uint32_t>& indexes) {
    std::vector<Piece> pieces;
    for (const std::size_t index : indexes) {
        if (!pieces.empty() && pieces.back().last == index)
            ++pieces.back().last;
        else
            pieces.push_back({index, index + 1});
    }
    return pieces;
}

// One alone is halved: as it is it would be taken as little as before.
std::vector<Piece> smaller(std::vector<Piece> pieces) {
    if (pieces.size() != 1 || pieces.front().size() < 2) return pieces;
    const Piece whole = pieces.front();
    const std::size_t middle = whole.first + whole.size() / 2;
    return {{whole.first, middle}, {middle, whole.last}};
}

}  // namespace

bool Parcel::waits_whole() const {
    if (lent || out != 0 || (waiting.empty() && !puts_off)) return false;
    std::size_t waits = 0;
    for (const Piece& piece : waiting) waits += piece.size();
    return waits == record_count;
}

std::uint64_t Parcel::repeats(const Piece& piece) const {
    if (piece.handed_over) return piece.size();
    const auto records = batch->records.records().subspan(piece.first, piece.size());
    return static_cast<std::uint64_t>(
        std::count_if(records.begin(), records.end(), [this](const Record& record) {
            return std::max(record.sequence, number(batch->begin)) < number(furthest);
        }));
}

std::uint64_t Parcel::events(const Piece& piece) const {
    const auto records = batch->records.records().subspan(piece.first, piece.size());
    return static_cast<std::uint64_t>(
        std::count_if(records.begin(), records.end(), [](const Record& record) { return record.part == 1; }));
}

Position Parcel::end_of(const Piece& piece) const {
    if (requeued()) return first_position;
    const auto records = batch->records.records();
    const Record& last = records[piece.last - 1];
    if (piece.last == records.size() || last.row.present()) return batch->end;
    return Position{std::max(last.sequence, number(batch->begin))} + 1;
}

void Division::put_back(std::size_t from) {
    for (std::size_t i = from; i < refused.size(); ++i)
        again.push_back({refused[i], refused[i] + std::size_t{1}});
    refused.resize(std::min(from, refused.size()));
}

Division divide(const Piece& piece, const Outcome& outcome) {
    Division division;
    const Verdict verdict = outcome.verdict;
    const std::size_t first =
        verdict == Verdict::accepted ? piece.first : piece.first + std::min(outcome.done, piece.size());
    division.refused = within(outcome.refused_records, first, piece.last);
    const auto some = within(outcome.retry_records, first, piece.last);
    const bool unknown = verdict == Verdict::too_big ||
                         (verdict == Verdict::refused && division.refused.empty() && first < piece.last);
    if (verdict != Verdict::accepted && !some.empty()) {
        std::vector<std::uint32_t> again;
        std::set_difference(some.begin(), some.end(), division.refused.begin(), division.refused.end(),
                            std::back_inserter(again));
        const bool of_one = verdict == Verdict::too_big || verdict == Verdict::refused;
        if (of_one && again.size() == 1)
            division.refused.insert(
                std::upper_bound(division.refused.begin(), division.refused.end(), again.front()),
                again.front());
        else
            division.again = of_one ? smaller(runs_of(again)) : runs_of(again);
    } else if (unknown && piece.last - first == 1) {
        division.refused = {static_cast<std::uint32_t>(first)};
    } else if (unknown && division.refused.empty() && first < piece.last) {
        const std::size_t middle = first + (piece.last - first) / 2;
        division.again = {{first, middle}, {middle, piece.last}};
    } else if (verdict != Verdict::accepted) {
        division.again = around(first, piece.last, division.refused);
    }
    division.accepted = piece.size() - division.refused.size();
    for (Piece& again : division.again) {
        again.handed_over = piece.handed_over || outcome.handed_over;
        division.accepted -= again.size();
    }
    return division;
}

}  // namespace tapferry
