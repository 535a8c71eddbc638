#include <doctest/doctest.h>

#include "agent/routes/cursor.h"

namespace tapferry {

TEST_CASE("queries that were given up with what lay behind them are lost once, whoever gives up once more") {
    for (const std::uint64_t begin : {1u, 15u}) {
        CAPTURE(begin);
        Cursor cursor{SavedPosition{}};
        Stretch stretch;
        stretch.ticket = Ticket{1};
        stretch.end = Position{11};
        stretch.open = 4;
        stretch.open_from = Position{5};
        stretch.totals.read = 10;
        stretch.totals.filtered = 6;
        cursor.submitted(stretch);
        CHECK(cursor.give_up(Position{1}, Position{21}) == 14);
        cursor.settle(Ticket{1}, 0, 0);
        CHECK(cursor.give_up(Position{begin}, Position{31}) == 10);
        CHECK(cursor.settled().given_up == GivenUp{Position{11}, Position{31}});
        CHECK(cursor.settled().totals.lost[static_cast<std::size_t>(LossReason::purge)] == 4);
        CHECK(cursor.settled().open == 0);
        CHECK(balanced(cursor.settled()));
    }
}

TEST_CASE("what the log has dropped behind what was given up is not given up, nor what comes behind that") {
    SavedPosition saved;
    saved.given_up = {Position{1}, Position{21}};
    using Obstacle = Cursor::Obstacle;
    const auto obstacle = [&saved](std::uint64_t begin, std::uint64_t end) {
        return Cursor(saved).before_giving_up(Position{begin}, Position{end});
    };
    CHECK(obstacle(1, 31) == Obstacle::none);
    CHECK(obstacle(21, 31) == Obstacle::none);
    CHECK(obstacle(22, 31) == Obstacle::dropped);
    CHECK(obstacle(31, 31) == Obstacle::none);
    Cursor cursor(saved);
    Stretch gap;
    gap.ticket = Ticket{1};
    gap.end = Position{21};
    cursor.submitted(gap);
    CHECK(cursor.before_giving_up(Position{21}, Position{31}) == Obstacle::none);
    gap.ticket = Ticket{2};
    gap.end = Position{22};
    cursor.submitted(gap);
    CHECK(cursor.before_giving_up(Position{22}, Position{31}) == Obstacle::under_way);
    CHECK(Cursor{SavedPosition{}}.before_giving_up(Position{22}, Position{31}) == Obstacle::none);
}

TEST_CASE("of what the log has dropped before it was read nothing is given up") {
    Cursor cursor{SavedPosition{}};
    CHECK(cursor.give_up(Position{31}, Position{31}) == 0);
    CHECK(cursor.settled().given_up == GivenUp{});
    CHECK(cursor.give_up(Position{15}, Position{31}) == 16);
    CHECK(cursor.settled().given_up == GivenUp{Position{15}, Position{31}});
}

TEST_CASE("while something is put off and not passed yet nothing is given up") {
    Cursor cursor{SavedPosition{}};
    Stretch jump;
    jump.ticket = Ticket{1};
    jump.end = jump.open_from = Position{101};
    jump.put_off = LateStretch{Position{1}, Position{101}, Position{1}, 0, {}, false};
    cursor.submitted(jump);
    CHECK(cursor.before_giving_up(Position{1}, Position{201}) == Cursor::Obstacle::puts_off);
    cursor.withdraw(jump.ticket);
    CHECK(cursor.before_giving_up(Position{1}, Position{201}) == Cursor::Obstacle::none);
}

}  // namespace tapferry
