#include "agent/routes/backoff.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace tapferry {
namespace {

using std::chrono::milliseconds;

// The longest of many first pauses, or of many after so many tries: the ceiling, as chance shows it.
milliseconds longest_pause(milliseconds initial, milliseconds max, int tries_before) {
    milliseconds longest{0};
    for (unsigned i = 1; i <= 400; ++i) {
        Backoff backoff(initial, max, i * 2654435761u);  // far apart, as those of random_device are
        for (int tries = 0; tries < tries_before; ++tries) (void)backoff.next();
        longest = std::max(longest, backoff.next());
    }
    return longest;
}

TEST_CASE("the n-th pause lies between nothing and initial * 2^n, and never above max") {
    for (unsigned seed = 0; seed < 200; ++seed) {
        Backoff backoff(milliseconds{500}, milliseconds{60000}, seed);
        milliseconds ceiling{500};
        for (int i = 0; i < 50; ++i) {
            const auto pause = backoff.next();
            CHECK(pause >= milliseconds{0});
            CHECK(pause <= ceiling);
            ceiling = std::min(ceiling * 2, milliseconds{60000});
        }
    }
}

TEST_CASE("pauses use the whole room that they have, so that many agents do not come back together") {
    const milliseconds initial{500};
    const milliseconds max{60000};
    CHECK(longest_pause(initial, max, 0) > milliseconds{450});
    CHECK(longest_pause(initial, max, 3) > milliseconds{3600});
    CHECK(longest_pause(initial, max, 30) > milliseconds{54000});
}

TEST_CASE("the shortest initial pause grows to the longest max, and no pause overflows") {
    const auto day = std::chrono::hours{24};
    CHECK(longest_pause(milliseconds{1}, day, 100) > std::chrono::hours{21});
    Backoff backoff(std::chrono::hours{1}, day, 7);
    for (int i = 0; i < 1000; ++i) {
        const auto pause = backoff.next();
        CHECK(pause >= milliseconds{0});
        CHECK(pause <= day);
    }
}

TEST_CASE("after a success it begins with the short pause again") {
    for (unsigned seed = 1; seed < 200; ++seed) {
        Backoff backoff(milliseconds{100}, milliseconds{60000}, seed);
        for (int i = 0; i < 12; ++i) (void)backoff.next();
        backoff.reset();
        CHECK(backoff.next() <= milliseconds{100});
    }
}

}  // namespace
}  // namespace tapferry
