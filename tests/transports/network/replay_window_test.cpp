#include "transports/network/replay_window.h"

#include <doctest/doctest.h>

namespace tapferry {
namespace {

using namespace std::chrono_literals;

// The clock is the test's own.
const ReplayWindow::Time start{};

}  // namespace

TEST_CASE("a batch is accepted when the window has passed since its last byte was acknowledged") {
    ReplayWindow window(5s);
    window.written(Ticket{1}, 100);
    CHECK(!window.take_accepted(start + 1h));
    window.acknowledged(100, start + 2h);
    CHECK(!window.take_accepted(start + 2h + 4999ms));
    CHECK(window.take_accepted(start + 2h + 5s) == Ticket{1});
    CHECK(window.empty());
}

TEST_CASE("a batch of which the last byte is missing is not acknowledged") {
    ReplayWindow window(0s);
    window.written(Ticket{1}, 100);
    window.acknowledged(99, start);
    CHECK(window.unacknowledged());
    CHECK(!window.take_accepted(start + 1h));
    CHECK(!window.next_accepted());
}

TEST_CASE("the window of each batch counts from its own acknowledgement") {
    ReplayWindow window(5s);
    window.written(Ticket{1}, 10);
    window.written(Ticket{2}, 20);
    window.acknowledged(10, start);
    window.acknowledged(20, start + 3s);
    CHECK(window.next_accepted() == start + 5s);
    CHECK(window.take_accepted(start + 6s) == Ticket{1});
    CHECK(!window.take_accepted(start + 6s));
    CHECK(window.next_accepted() == start + 8s);
    CHECK(window.take_accepted(start + 8s) == Ticket{2});
}

TEST_CASE("an acknowledgement told again does not make the wait longer") {
    ReplayWindow window(5s);
    window.written(Ticket{1}, 10);
    window.acknowledged(10, start);
    window.acknowledged(10, start + 4s);
    CHECK(window.take_accepted(start + 5s) == Ticket{1});
}

TEST_CASE("a broken connection gives back what is acknowledged and not yet accepted, oldest first") {
    ReplayWindow window(5s);
    for (std::uint64_t i = 1; i <= 4; ++i) window.written(Ticket{i}, i * 10);
    window.acknowledged(30, start);
    CHECK(window.take_accepted(start + 5s) == Ticket{1});
    CHECK(window.take_all() == std::vector{Ticket{2}, Ticket{3}, Ticket{4}});
    CHECK(window.empty());
    CHECK(!window.unacknowledged());
}

TEST_CASE("after a broken connection offsets begin anew") {
    ReplayWindow window(0s);
    window.written(Ticket{1}, 1000);
    window.acknowledged(1000, start);
    window.take_all();
    window.written(Ticket{2}, 10);
    CHECK(!window.take_accepted(start));
    window.acknowledged(10, start);
    CHECK(window.take_accepted(start) == Ticket{2});
}

TEST_CASE("no more batches are remembered than the limit") {
    ReplayWindow window(5s, 2);
    window.written(Ticket{1}, 10);
    CHECK(!window.full());
    window.written(Ticket{2}, 20);
    CHECK(window.full());
    window.acknowledged(10, start);
    CHECK(window.take_accepted(start + 5s) == Ticket{1});
    CHECK(!window.full());
}

}  // namespace tapferry
