#include "agent/inputs/rest_habit.h"

#include <doctest/doctest.h>

namespace tapferry {

namespace {

// Reads as the loop would while the habit says so: what a plain read and a rested one bring. Gives the rests.
int rests_of(RestHabit& habit, int reads, std::size_t plain, std::size_t rested) {
    int rests = 0;
    for (int i = 0; i < reads; ++i) {
        const bool rest = habit.pays();
        rests += rest;
        habit.note(rest ? rested : plain, rest);
    }
    return rests;
}

}  // namespace

TEST_CASE("a sender that writes frame by frame at a good rate is given rests") {
    RestHabit habit;
    CHECK(rests_of(habit, 1000, 194, 1940) > 900);
}

TEST_CASE("a sender that gathers frames itself is read at once") {
    RestHabit habit;
    CHECK(rests_of(habit, 1000, 32 * 194, 64 * 194) == 0);
}

TEST_CASE("where a rest brings nothing more, few are taken") {
    RestHabit habit;
    CHECK(rests_of(habit, 1000, 194, 194) < 300);
}

TEST_CASE("a flood ends the rests at once") {
    RestHabit habit;
    habit.note(194, false);
    REQUIRE(habit.pays());
    habit.note(64 * 1024, true);
    CHECK_FALSE(habit.pays());
}

TEST_CASE("a change of the sender's habit is noticed") {
    RestHabit habit;
    rests_of(habit, 1000, 194, 1940);
    CHECK(rests_of(habit, 1000, 6208, 6208) < 20);
    CHECK(rests_of(habit, 1000, 194, 1940) > 900);
}

}  // namespace tapferry
