#include "agent/routes/cursor.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

namespace tapferry {
namespace {

// A stretch of so many frames that ends at `end`, all of them rendered.
Stretch stretch(std::uint64_t ticket, std::uint64_t end, std::uint64_t frames) {
    Stretch made;
    made.ticket = Ticket{ticket};
    made.end = made.open_from = Position{end};
    made.totals.read = made.totals.rendered = made.totals.records = frames;
    return made;
}

// Three stretches of ten frames each, from the log's beginning.
Cursor three_under_way() {
    Cursor cursor{SavedPosition{}};
    for (std::uint64_t i = 1; i <= 3; ++i) cursor.submitted(stretch(i, 1 + 10 * i, 10));
    return cursor;
}

TEST_CASE("the position moves only over what is settled without a hole") {
    Cursor cursor = three_under_way();
    cursor.settle(Ticket{2}, 0, 0);
    CHECK(number(cursor.settled().position) == 1);
    cursor.settle(Ticket{3}, 0, 0);
    CHECK(number(cursor.settled().position) == 1);
    CHECK(cursor.settled().totals.delivered == 0);
    CHECK(!cursor.idle());
    cursor.settle(Ticket{1}, 0, 0);
    CHECK(number(cursor.settled().position) == 31);
    CHECK(cursor.settled().totals.delivered == 30);
    CHECK(cursor.idle());
}

TEST_CASE(
    "what was gone counts while its stretch is under way: not when it is settled, withdrawn or read again") {
    Cursor cursor{SavedPosition{}};
    const auto submit = [&cursor](std::uint64_t ticket, std::uint64_t gone) {
        Stretch one = stretch(ticket, 1 + 10 * ticket, 10);
        one.gone.front() = gone;
        one.gone.back() = 100 * gone;
        cursor.submitted(one);
    };
    const auto gone = [&cursor] {
        return std::pair{cursor.gone_under_way().front(), cursor.gone_under_way().back()};
    };
    submit(1, 1);
    submit(2, 2);
    submit(3, 4);
    CHECK(gone() == std::pair<std::uint64_t, std::uint64_t>{7, 700});
    cursor.settle(Ticket{2}, 0, 0);
    CHECK(gone() == std::pair<std::uint64_t, std::uint64_t>{7, 700});
    cursor.settle(Ticket{1}, 0, 0);
    CHECK(gone() == std::pair<std::uint64_t, std::uint64_t>{4, 400});
    submit(4, 8);
    cursor.withdraw(Ticket{4});
    CHECK(gone() == std::pair<std::uint64_t, std::uint64_t>{4, 400});
    CHECK(cursor.events_in_flight() == 10);
    cursor.rewind();
    CHECK(gone() == std::pair<std::uint64_t, std::uint64_t>{0, 0});
}

TEST_CASE("what is put off is late once the position has passed it, and the sums hold before and after") {
    Cursor cursor{SavedPosition{}};
    cursor.submitted(stretch(1, 11, 10));
    cursor.handed_over(Position{8});
    Stretch jump;
    jump.ticket = Ticket{2};
    jump.end = jump.open_from = Position{101};
    jump.put_off = LateStretch{Position{11}, Position{101}, Position{11}, 0, {}, false};
    cursor.submitted(jump);
    CHECK(cursor.puts_off());
    cursor.settle(Ticket{2}, 0, 0);
    CHECK(cursor.take_put_off().empty());
    CHECK(balanced(cursor.settled()));
    cursor.settle(Ticket{1}, 0, 0);
    CHECK(!cursor.puts_off());
    SavedPosition settled = cursor.settled();
    CHECK(number(settled.position) == 101);
    CHECK(!balanced(settled));
    const auto put_off = cursor.take_put_off();
    REQUIRE(put_off.size() == 1);
    CHECK(put_off[0].furthest == Position{8});
    settled.late = {put_off[0].stretch};
    CHECK(balanced(settled));
    CHECK(late_frames(settled) == 90);
    CHECK(needed_from(settled) == Position{11});
    CHECK(cursor.take_put_off().empty());
}

TEST_CASE("what is put off and read again was never put off") {
    Cursor cursor{SavedPosition{}};
    Stretch jump = stretch(1, 101, 0);
    jump.put_off = LateStretch{Position{1}, Position{101}, Position{1}, 0, {}, false};
    cursor.submitted(jump);
    cursor.rewind();
    cursor.settle(Ticket{1}, 0, 0);
    CHECK(cursor.take_put_off().empty());
    CHECK(number(cursor.settled().position) == 1);
}

TEST_CASE("what was refused is dead-lettered, the rest of its stretch is delivered") {
    Cursor cursor = three_under_way();
    cursor.settle(Ticket{1}, 4, 5);
    CHECK(cursor.settled().totals.dead_lettered == 4);
    CHECK(cursor.settled().totals.delivered == 6);
    CHECK(cursor.settled().totals.records == 5);
    CHECK(balanced(cursor.settled()));
}

TEST_CASE("what went to the dead letter before it was sent is not delivered either") {
    Cursor cursor{SavedPosition{}};
    Stretch made = stretch(1, 11, 10);
    made.totals.dead_lettered = 3;
    cursor.submitted(made);
    cursor.settle(Ticket{1}, 2, 0);
    CHECK(cursor.settled().totals.dead_lettered == 5);
    CHECK(cursor.settled().totals.delivered == 5);
    CHECK(balanced(cursor.settled()));
}

TEST_CASE("repeats count at once, whatever becomes of the try that makes them") {
    Cursor cursor = three_under_way();
    cursor.repeat(7);
    cursor.rewind();
    CHECK(cursor.settled().totals.repeated == 7);
}

TEST_CASE("the settled ticket is the last one that the position has passed") {
    Cursor cursor = three_under_way();
    CHECK(cursor.settled_ticket() == Ticket{0});
    cursor.settle(Ticket{2}, 0, 0);
    CHECK(cursor.settled_ticket() == Ticket{0});
    cursor.settle(Ticket{1}, 0, 0);
    CHECK(cursor.settled_ticket() == Ticket{2});
}

TEST_CASE("events are in flight from when they are submitted until the position passes them") {
    Cursor cursor = three_under_way();
    CHECK(cursor.events_in_flight() == 30);
    cursor.settle(Ticket{2}, 0, 0);
    CHECK(cursor.events_in_flight() == 30);
    cursor.settle(Ticket{1}, 0, 0);
    CHECK(cursor.events_in_flight() == 10);
    cursor.rewind();
    CHECK(cursor.events_in_flight() == 0);
}

TEST_CASE("a rewind forgets what is under way and keeps what is settled") {
    Cursor cursor = three_under_way();
    cursor.settle(Ticket{1}, 0, 0);
    cursor.settle(Ticket{3}, 0, 0);
    cursor.rewind();
    CHECK(cursor.idle());
    CHECK(number(cursor.settled().position) == 11);
    CHECK(number(cursor.submitted_up_to()) == 11);
    CHECK(cursor.settled().totals.read == 10);
    cursor.submitted(stretch(4, 31, 20));
    cursor.settle(Ticket{4}, 0, 0);
    CHECK(cursor.settled().totals.read == 30);
    CHECK(balanced(cursor.settled()));
}

TEST_CASE("a ticket of before the rewind, or of never, settles nothing") {
    Cursor cursor = three_under_way();
    cursor.rewind();
    cursor.submitted(stretch(4, 11, 10));
    cursor.settle(Ticket{1}, 0, 0);
    cursor.settle(Ticket{99}, 0, 0);
    CHECK(number(cursor.settled().position) == 1);
    cursor.settle(Ticket{4}, 0, 0);
    cursor.settle(Ticket{4}, 0, 0);
    CHECK(number(cursor.settled().position) == 11);
    CHECK(cursor.settled().totals.read == 10);
}

TEST_CASE("how far anything was handed over only grows, and a rewind does not take it back") {
    Cursor cursor = three_under_way();
    CHECK(cursor.furthest() == first_position);
    cursor.handed_over(Position{21});
    cursor.handed_over(Position{11});
    CHECK(number(cursor.furthest()) == 21);
    cursor.rewind();
    CHECK(number(cursor.furthest()) == 21);
}

TEST_CASE("it goes on from what was saved") {
    SavedPosition saved;
    saved.start = Position{101};
    saved.position = Position{111};
    saved.totals.read = saved.totals.rendered = saved.totals.delivered = 10;
    Cursor cursor{saved};
    CHECK(number(cursor.submitted_up_to()) == 111);
    cursor.submitted(stretch(1, 121, 10));
    CHECK(number(cursor.submitted_up_to()) == 121);
    cursor.settle(Ticket{1}, 1, 0);
    CHECK(cursor.settled().totals.delivered == 19);
    CHECK(number(cursor.settled().start) == 101);
    CHECK(balanced(cursor.settled()));
}

TEST_CASE("one event too many or too few anywhere is not balanced") {
    SavedPosition sound;
    sound.start = Position{5};
    sound.position = Position{105};
    sound.totals.read = 90;
    sound.totals.lost[0] = 10;
    sound.totals.undecodable = 1;
    sound.totals.filtered = 9;
    sound.totals.rendered = 80;
    sound.totals.delivered = 78;
    sound.totals.dead_lettered = 2;
    CHECK(balanced(sound));
    for (const auto field :
         {&RouteTotals::read, &RouteTotals::undecodable, &RouteTotals::filtered, &RouteTotals::rendered,
          &RouteTotals::delivered, &RouteTotals::dead_lettered, &RouteTotals::paired}) {
        SavedPosition wrong = sound;
        ++(wrong.totals.*field);
        CHECK(!balanced(wrong));
    }
    SavedPosition wrong = sound;
    ++wrong.totals.lost[loss_reason_count - 1];
    CHECK(!balanced(wrong));
    wrong = sound;
    wrong.position = wrong.position + 1;
    CHECK(!balanced(wrong));
    wrong = sound;
    wrong.open = 1;
    CHECK(!balanced(wrong));
}

// What a route may do to its cursor, drawn by lot, beside a model that keeps every stretch.
class RandomRoute {
  public:
    explicit RandomRoute(unsigned seed) : random_(seed) {}

    void step() {
        switch (below(8)) {
            case 0:
            case 1:
            case 2:
                submit();
                break;
            case 3:
                cursor_.rewind();
                under_way_.clear();
                break;
            default:
                settle();
        }
        check();
    }

  private:
    struct Under {
        Stretch stretch;
        bool settled = false;
        std::uint64_t dead = 0;
    };

    std::uint64_t below(std::uint64_t n) { return random_() % n; }

    void submit() {
        RouteTotals totals;
        totals.undecodable = below(3);
        totals.filtered = below(5);
        totals.paired = below(5);
        // Queries that waited before are told in this stretch, or gone from the log, or wait on.
        const std::uint64_t waited =
            under_way_.empty() ? cursor_.settled().open : under_way_.back().stretch.open;
        Stretch made;
        made.open = below(5);
        made.unread = below(waited + 1);
        totals.rendered = below(20) + waited;
        totals.read = totals.undecodable + totals.filtered + totals.paired + totals.rendered + made.open +
                      made.unread - waited;
        totals.lost[below(loss_reason_count)] = below(4);
        std::uint64_t frames = totals.read;
        for (const auto lost : totals.lost) frames += lost;
        totals.lost[0] += made.unread;
        made.ticket = Ticket{next_ticket_++};
        made.end = cursor_.submitted_up_to() + frames;
        made.open_from = Position{number(made.end) - std::min(made.open, frames)};
        made.totals = totals;
        cursor_.submitted(made);
        under_way_.push_back({made});
    }

    void settle() {
        if (under_way_.empty()) return;
        auto& one = under_way_[below(under_way_.size())];
        if (one.settled) return;
        one.settled = true;
        one.dead = below(one.stretch.totals.rendered + 1);
        cursor_.settle(one.stretch.ticket, one.dead, 0);
        while (!under_way_.empty() && under_way_.front().settled) {
            position_ = under_way_.front().stretch.end;
            dead_ += under_way_.front().dead;
            under_way_.erase(under_way_.begin());
        }
    }

    void check() {
        std::uint64_t in_flight = 0;
        for (const auto& one : under_way_) in_flight += one.stretch.totals.rendered;
        CHECK(balanced(cursor_.settled()));
        CHECK(cursor_.settled().position == position_);
        CHECK(cursor_.settled().totals.dead_lettered == dead_);
        CHECK(cursor_.events_in_flight() == in_flight);
        CHECK(cursor_.idle() == under_way_.empty());
        CHECK(cursor_.submitted_up_to() >= cursor_.settled().position);
    }

    std::minstd_rand random_;
    Cursor cursor_{SavedPosition{}};
    std::vector<Under> under_way_;
    std::uint64_t next_ticket_ = 1;
    Position position_ = first_position;
    std::uint64_t dead_ = 0;
};

TEST_CASE("whatever is submitted, settled and read again in whatever order, the sums balance") {
    for (unsigned seed = 1; seed <= 100; ++seed) {
        CAPTURE(seed);
        RandomRoute route(seed);
        for (int i = 0; i < 300; ++i) route.step();
    }
}

}  // namespace
}  // namespace tapferry
