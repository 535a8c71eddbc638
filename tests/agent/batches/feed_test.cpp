#include "agent/batches/feed.h"

#include <doctest/doctest.h>

#include "tests/agent/filled_spool.h"
#include "transports/options.h"

namespace tapferry {
namespace {

using namespace test;

// A log of 100 frames, and a feed that takes batch after batch of it.
struct World {
    World() { log.append_captured(100); }
    // How many frames the next batch takes.
    std::uint64_t fill(const BatchLimits& limits) {
        if (!feed.has_batch()) feed.give(std::move(feed.make_batches(1).front()));
        const Position before = feed.position();
        REQUIRE(feed.fill(limits, std::nullopt, true) != nullptr);
        return distance(before, feed.position());
    }

    FilledSpool log;
    Feed feed{json_destination(StdoutOptions{}), log.spool(), log.reader(), nullptr};
};

TEST_CASE("as many frames as filled the bytes of a batch are enough for the next one") {
    World world;
    CHECK(world.feed.enough(1000) == 1000);
    const std::uint64_t frames = world.fill({.max_events = 1000, .max_bytes = 3000});
    CHECK(frames < 20);
    CHECK(world.feed.enough(1000) == frames);
    CHECK(world.feed.enough(2) == 2);
}

TEST_CASE("a batch that its events fill says nothing of what its bytes could hold") {
    World world;
    CHECK(world.fill({.max_events = 5, .max_bytes = 1 << 20}) == 5);
    CHECK(world.feed.enough(1000) == 1000);
}

TEST_CASE("when as many frames do not fill a batch any more, that is forgotten") {
    World world;
    world.fill({.max_events = 1000, .max_bytes = 3000});
    CHECK(world.feed.enough(1000) < 20);
    CHECK(world.fill({.max_events = 50, .max_bytes = 1 << 20}) == 50);
    CHECK(world.feed.enough(1000) == 1000);
}

}  // namespace
}  // namespace tapferry
