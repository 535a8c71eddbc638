// The spool against its model. What happens is drawn from a seed: see spool_world.h.
//
// TAPFERRY_MODEL_SEED=n runs one seed alone, TAPFERRY_MODEL_SEEDS and TAPFERRY_MODEL_STEPS set how many of
// each, TAPFERRY_MODEL_FIRST which seed is the first.

#include <doctest/doctest.h>

#include <cstdlib>
#include <exception>
#include <string>

#include "tests/spool/spool_world.h"

namespace tapferry {
namespace {

unsigned setting(const char* name, unsigned otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

// The rule that does not hold with this seed, when and after what; empty when all do.
std::string broken_rule(unsigned seed, unsigned steps) {
    SpoolWorld world(seed);
    unsigned step = 0;
    try {
        for (; step < steps; ++step) world.step();
        world.end();
        return "";
    } catch (const std::exception& broken) {
        return "step " + std::to_string(step) + ", " + std::string(world.last_action()) + ": " +
               broken.what();
    }
}

}  // namespace

TEST_CASE("the spool does as its model, whatever happens to it") {
    const unsigned only = setting("TAPFERRY_MODEL_SEED", 0);
    const unsigned first = only == 0 ? setting("TAPFERRY_MODEL_FIRST", 1) : only;
    const unsigned seeds = only == 0 ? setting("TAPFERRY_MODEL_SEEDS", 200) : 1;
    const unsigned steps = setting("TAPFERRY_MODEL_STEPS", 1000);
    for (unsigned seed = first; seed < first + seeds; ++seed) {
        CAPTURE(seed);
        CHECK(broken_rule(seed, steps) == "");
    }
}

}  // namespace tapferry
