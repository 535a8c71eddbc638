// Ids that another agent gave name the events and nothing else: the route counts and goes on by its own log's
// numbers.
#include "tests/agent/routes/scripted_route.h"
#include "tests/stages/exchange.h"

namespace tapferry {
namespace {

using namespace test;
using Verdict = Outcome::Verdict;
using Sequences = FarSide::Sequences;

constexpr std::uint64_t carried = 0x1234567;
const std::string carried_text = "00000000000000ab0000000001234567";

// So many events that all have one id, as far as they say.
void append_relayed(RouteWorld& world, std::size_t count) {
    Frame frame = response({});
    append(frame, ProtobufBuilder().counted(field::extra, text_bytes(carried_text)).bytes);
    world.log.append(std::vector<Frame>(count, frame));
}

DestinationConfig trusting(const RouteWorld& world) {
    auto destination = impatient(world, 1);
    destination.trusted_inputs = {"bind"};
    return destination;
}

}  // namespace

TEST_CASE("events of one id are as many events, and the position ends where the log does") {
    RouteWorld world;
    append_relayed(world, 10);
    const auto far_side = std::make_shared<FarSide>(takes_all());
    start(world, far_side, trusting(world));
    const RouteStatus last = world.stop();
    CHECK(far_side->taken() == Sequences(10, carried));
    CHECK(last.saved.totals.delivered == 10);
    CHECK(last.saved.totals.repeated == 0);
    CHECK(number(last.saved.position) == world.end());
}

TEST_CASE("events of one id that are refused are as many dead letters, under that id") {
    RouteWorld world;
    append_relayed(world, 10);
    const auto far_side = std::make_shared<FarSide>([](const Sequences& records, std::size_t first) {
        return first + records.size() > 7 ? answer(Verdict::refused, "400") : accept();
    });
    start(world, far_side, trusting(world));
    const RouteStatus last = world.stop();
    CHECK(last.saved.totals.delivered == 7);
    CHECK(last.saved.totals.dead_lettered == 3);
    CHECK(dead(world) == Sequences(3, carried));
    CHECK(number(last.saved.position) == world.end());
}

TEST_CASE("a piece that is accepted moves the position to behind it, whatever its ids say") {
    RouteWorld world;
    append_relayed(world, 10);
    const auto far_side = std::make_shared<FarSide>([](const Sequences& records, std::size_t first) {
        if (first + records.size() <= 5) return accept();
        return answer(first >= 5 ? Verdict::retry : Verdict::too_big, "no");
    });
    start(world, far_side, trusting(world));
    REQUIRE(wait_until([&] { return !far_side->taken().empty(); }));
    world.abandon();
    // The next process sends what the far side has not: the half, or all, and counts no event twice.
    far_side->change(takes_all());
    start(world, far_side, trusting(world));
    const RouteStatus last = world.stop();
    CHECK(last.saved.totals.delivered == 10);
    CHECK(number(last.saved.position) == world.end());
}

}  // namespace tapferry
