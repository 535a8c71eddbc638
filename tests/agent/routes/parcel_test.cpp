#include "agent/routes/parcel.h"

#include <doctest/doctest.h>

#include <string>

#include "agent/batches/open_batch.h"

namespace tapferry {
namespace {

using Verdict = Outcome::Verdict;

Outcome outcome(Verdict verdict, std::size_t done = 0, std::vector<std::uint32_t> refused = {},
                std::vector<std::uint32_t> retry = {}) {
    Outcome made;
    made.verdict = verdict;
    made.done = done;
    made.refused_records = std::move(refused);
    made.retry_records = std::move(retry);
    return made;
}

// "refused 3 again 0-5 6-9 accepted 2"
std::string text(const Division& division) {
    std::string text = "refused";
    for (const auto index : division.refused) text += " " + std::to_string(index);
    text += " again";
    for (const Piece& piece : division.again)
        text += " " + std::to_string(piece.first) + "-" + std::to_string(piece.last);
    return text + " accepted " + std::to_string(division.accepted);
}

TEST_CASE("each verdict divides a piece into what is refused, what goes again and what is accepted") {
    const Piece piece{10, 20};
    CHECK(text(divide(piece, outcome(Verdict::accepted))) == "refused again accepted 10");
    CHECK(text(divide(piece, outcome(Verdict::accepted, 0, {12, 19}))) == "refused 12 19 again accepted 8");
    CHECK(text(divide(piece, outcome(Verdict::retry))) == "refused again 10-20 accepted 0");
    CHECK(text(divide(piece, outcome(Verdict::retry, 4))) == "refused again 14-20 accepted 4");
    CHECK(text(divide(piece, outcome(Verdict::retry, 10))) == "refused again accepted 10");
    CHECK(text(divide(piece, outcome(Verdict::retry, 0, {12}, {11, 12, 13, 14}))) ==
          "refused 12 again 11-12 13-15 accepted 6");
    CHECK(text(divide(piece, outcome(Verdict::refused))) == "refused again 10-15 15-20 accepted 0");
    CHECK(text(divide(piece, outcome(Verdict::refused, 0, {10, 13}))) ==
          "refused 10 13 again 11-13 14-20 accepted 0");
    CHECK(text(divide(piece, outcome(Verdict::refused, 3, {13}))) == "refused 13 again 14-20 accepted 3");
    CHECK(text(divide(piece, outcome(Verdict::too_big))) == "refused again 10-15 15-20 accepted 0");
    CHECK(text(divide(piece, outcome(Verdict::misconfigured))) == "refused again 10-20 accepted 0");
}

TEST_CASE("of a piece in which only some records concern the verdict, these alone are divided") {
    const Piece piece{10, 20};
    for (const Verdict verdict : {Verdict::too_big, Verdict::refused}) {
        CHECK(text(divide(piece, outcome(verdict, 0, {}, {12, 13, 17}))) ==
              "refused again 12-14 17-18 accepted 7");
        CHECK(text(divide(piece, outcome(verdict, 0, {}, {14, 15, 16}))) ==
              "refused again 14-15 15-17 accepted 7");
        CHECK(text(divide(piece, outcome(verdict, 0, {}, {14}))) == "refused 14 again accepted 9");
        CHECK(text(divide(piece, outcome(verdict, 0, {16}, {14}))) == "refused 14 16 again accepted 8");
    }
    CHECK(text(divide(piece, outcome(Verdict::misconfigured, 0, {}, {12, 13, 17}))) ==
          "refused again 12-14 17-18 accepted 7");
}

TEST_CASE("a single record that is refused or too big is found, one that cannot be had now goes again") {
    const Piece one{7, 8};
    CHECK(text(divide(one, outcome(Verdict::refused))) == "refused 7 again accepted 0");
    CHECK(text(divide(one, outcome(Verdict::too_big))) == "refused 7 again accepted 0");
    CHECK(text(divide(one, outcome(Verdict::retry))) == "refused again 7-8 accepted 0");
    CHECK(text(divide(one, outcome(Verdict::misconfigured))) == "refused again 7-8 accepted 0");
}

TEST_CASE(
    "what an outcome says of records outside of the piece, twice or in disorder counts once or not at all") {
    const Piece piece{10, 20};
    CHECK(text(divide(piece, outcome(Verdict::accepted, 5, {25, 12, 12, 3, 11}))) ==
          "refused 11 12 again accepted 8");
    CHECK(text(divide(piece, outcome(Verdict::retry, 99))) == "refused again accepted 10");
    CHECK(text(divide(piece, outcome(Verdict::refused, 0, {9, 20}))) ==
          "refused again 10-15 15-20 accepted 0");
}

TEST_CASE("what may be at the far side stays marked through every division") {
    Outcome handed = outcome(Verdict::retry);
    handed.handed_over = true;
    CHECK(divide({0, 4}, handed).again.front().handed_over);
    CHECK(divide({0, 4, true}, outcome(Verdict::too_big)).again.back().handed_over);
    CHECK(!divide({0, 4}, outcome(Verdict::too_big)).again.front().handed_over);
}

TEST_CASE("where a piece ends, and what of it goes again, is told by the log's own numbers, not by ids") {
    Parcel parcel;
    parcel.batch = std::make_unique<OpenBatch>(RecordBuffer());
    parcel.batch->clear(Position{5});
    for (const std::uint64_t sequence : {5u, 6u, 7u, 8u}) {
        Event event;
        event.id = {9, 1'000'000 - sequence};
        event.own_sequence = sequence;
        parcel.batch->records.open(event).append("event");
        parcel.batch->records.close(event);
    }
    parcel.batch->end = Position{9};
    parcel.furthest = Position{7};
    CHECK(parcel.end_of({0, 2}) == Position{7});
    CHECK(parcel.end_of({0, 4}) == Position{9});
    CHECK(parcel.repeats({0, 4}) == 2);
    CHECK(parcel.repeats({2, 4}) == 0);
}

}  // namespace
}  // namespace tapferry
