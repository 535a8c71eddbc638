#include <algorithm>

#include "tests/agent/json_lines.h"
#include "tests/agent/routes/releasing_transport.h"
#include "tests/agent/routes/route_fixture.h"
#include "tests/transports/peer.h"

namespace tapferry {
namespace {

using namespace test;
using State = RouteStatus::State;

constexpr SpoolSize tiny{.all = 256 << 10, .segment = 32 << 10};

// A datagram socket in the world's folder, whose kernel holds the sender back instead of losing anything.
DestinationConfig datagram_destination(const RouteWorld& world, std::size_t max_bytes) {
    DatagramOptions options;
    options.address = unix_address(world.log.path("receiver.sock"));
    options.max_bytes = max_bytes;
    return json_destination(options);
}

// The sequence numbers in lines "… events lost (retention), sequence numbers 1 to 5".
std::vector<std::uint64_t> told_as_lost(const std::string& agent_log) {
    constexpr std::string_view words = " events lost (retention), sequence numbers ";
    std::vector<std::uint64_t> lost;
    for (const auto& line : lines_of(agent_log)) {
        const auto at = line.find(words);
        if (at == std::string::npos) continue;
        const std::string range = line.substr(at + words.size());
        const std::uint64_t last = std::stoull(range.substr(range.find(" to ") + 4));
        for (std::uint64_t sequence = std::stoull(range); sequence <= last; ++sequence)
            lost.push_back(sequence);
    }
    return lost;
}

TEST_CASE("what the log drops while a receiver is away is lost to the frame, and all the rest arrives") {
    RouteWorld world(tiny);
    world.start(world.destination());
    for (int i = 0; i < 40; ++i) {
        world.log.append_captured(100);
        (void)world.status();
    }
    REQUIRE(world.wait_for_state(State::retrying));
    world.receiver.open();
    const RouteStatus last = world.stop();
    const auto came = sequences_of(world.receiver.lines());
    const std::uint64_t lost = lost_by(last, LossReason::retention);
    CHECK(lost > 0);
    CHECK(rising(came));
    CHECK(came.size() + lost == 4000);
    CHECK(last.saved.totals.delivered == came.size());
    CHECK(last.saved.totals.read == came.size());
    // What came and what the agent's log says was lost is everything, and nothing twice.
    auto accounted = came;
    for (const auto sequence : told_as_lost(world.agent_log())) accounted.push_back(sequence);
    std::sort(accounted.begin(), accounted.end());
    CHECK(ranges(accounted) == "1-4000");
}

TEST_CASE(
    "what the log drops is counted as lost at once, though the receiver is away, and never less later") {
    RouteWorld world(tiny);
    world.start(world.destination());
    std::uint64_t lost = 0;
    for (int i = 0; i < 40; ++i) {
        world.log.append_captured(100);
        const RouteStatus status = world.status();
        CHECK(status.saved.totals.read + status.saved.totals.delivered == 0);
        CHECK(lost_by(status, LossReason::retention) >= lost);
        lost = lost_by(status, LossReason::retention);
        CHECK(lost + status.pending + 1 == world.end());
    }
    CHECK(wait_until([&] { return lost_by(world.status(), LossReason::retention) > 1000; }));
    CHECK(wait_until([&] { return world.agent_log().find("drops what waits here") != std::string::npos; }));
    // The next process knows it, too, whether it has read over the hole or not.
    lost = lost_by(world.status(), LossReason::retention);
    world.abandon();
    world.start(world.destination());
    CHECK(lost_by(world.status(), LossReason::retention) >= lost);
    REQUIRE(world.wait_for_state(State::retrying));
    CHECK(lost_by(world.status(), LossReason::retention) >= lost);
    world.receiver.open();
    // A try that began before may still fail, and a route that is to stop tries no more then.
    REQUIRE(wait_until([&] { return world.status().pending == 0; }));
    const RouteStatus last = world.stop();
    CHECK(lost_by(last, LossReason::retention) >= lost);
    CHECK(world.receiver.lines().size() + lost_by(last, LossReason::retention) == 4000);
}

TEST_CASE("what the log drops is counted while the far side has a batch in hand and says nothing") {
    RouteWorld world(tiny);
    auto destination = world.destination();
    destination.batch.max_events = 100;
    destination.retry.max = std::chrono::hours{1};  // its silence is told later than that
    const auto word = std::make_shared<SlowWord>(1);
    world.log.append_captured(100);
    world.start(destination, {std::make_unique<Releasing>(word), nullptr});
    REQUIRE(wait_until([&] { return word->holds(100); }));
    for (int i = 0; i < 40; ++i) world.log.append_captured(100);
    CHECK(wait_until([&] { return lost_by(world.status(), LossReason::retention) > 1000; }));
    word->accept_all();
    const RouteStatus last = world.stop();
    CHECK(word->accepted().size() + lost_by(last, LossReason::retention) == 4100);
}

TEST_CASE("what was lost stays counted over a restart") {
    RouteWorld world(tiny);
    for (int i = 0; i < 40; ++i) world.log.append_captured(100);
    world.receiver.open();
    world.start(world.destination());
    const std::uint64_t lost = lost_by(world.stop(), LossReason::retention);
    world.abandon();
    world.log.append_captured(10);
    world.start(world.destination());
    const RouteStatus last = world.stop();
    CHECK(lost_by(last, LossReason::retention) == lost);
    CHECK(last.at_start.lost[static_cast<std::size_t>(LossReason::retention)] == lost);
}

TEST_CASE("a record that is too long for a datagram goes to the dead letter, the others arrive") {
    RouteWorld world;
    const Descriptor socket = bind_datagram_path(world.log.path("receiver.sock"));
    world.log.append_captured(600);
    auto destination = datagram_destination(world, 600);
    destination.hold_above = 1;
    world.start(destination);
    world.route().stop(std::chrono::steady_clock::now() + whole_test);
    std::vector<std::uint64_t> came;
    std::uint64_t dead = 0;
    // The last line may be half written.
    const auto count_dead = [&] {
        const std::string text = world.dead_letters();
        return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    };
    const auto reading_ends = [&] { return world.status().saved.position >= world.log.spool().end(); };
    while (!reading_ends() || came.size() + count_dead() < 600) {
        const auto record = receive_datagram(socket);
        CHECK(record.size() <= 600);
        came.push_back(sequence_of(record));
        if (came.size() + count_dead() == 600) REQUIRE(wait_until(reading_ends));
    }
    const RouteStatus last = world.stop();
    dead = count_dead();
    CHECK(dead > 0);
    CHECK(came.size() > 0);
    CHECK(rising(came));
    CHECK(last.saved.totals.delivered == came.size());
    CHECK(last.saved.totals.dead_lettered == dead);
    CHECK(last.saved.totals.rendered == 600);
    for (const auto& line : lines_of(world.dead_letters())) {
        const auto letter = read_json(line);
        CHECK(letter["record"].GetStringLength() > 600);
        CHECK(sequence_of(letter["record"].GetString()) == sequence_of(line));
        CHECK(std::find(came.begin(), came.end(), sequence_of(line)) == came.end());
    }
}

TEST_CASE("records that a receiver has are not sent again, however often it cannot be had afterwards") {
    RouteWorld world;
    const std::string path = world.log.path("receiver.sock");
    std::vector<std::uint64_t> came;
    {
        const Descriptor socket = bind_datagram_path(path);
        world.log.append_captured(200);
        world.start(datagram_destination(world, 60'000));
        for (int i = 0; i < 20; ++i) came.push_back(sequence_of(receive_datagram(socket)));
    }
    std::filesystem::remove(path);
    const std::uint64_t tries = world.retries();
    REQUIRE(wait_until([&] { return world.retries() >= tries + 5; }));
    const Descriptor socket = bind_datagram_path(path);
    while (came.back() < 200) came.push_back(sequence_of(receive_datagram(socket)));
    CHECK(rising(came));
    CHECK(world.stop().saved.totals.repeated == 0);
}

// Some records of a batch have gone when the receiver dies; then the log drops what that batch was made of.
// The segments are so small that the reader holds none of them open.
TEST_CASE("records that had gone are not taken for the first ones of what is left of the log") {
    RouteWorld world({.all = 64 << 10, .segment = 4 << 10});
    const auto append = [&](int frames) {
        for (int i = 0; i < frames; i += 10) world.log.append_captured(10);
    };
    const std::string path = world.log.path("receiver.sock");
    std::vector<std::uint64_t> came;
    {
        const Descriptor socket = bind_datagram_path(path);
        append(200);
        world.start(datagram_destination(world, 60'000));
        for (int i = 0; i < 20; ++i) came.push_back(sequence_of(receive_datagram(socket)));
    }
    std::filesystem::remove(path);
    REQUIRE(world.wait_for_state(State::retrying));
    append(4000);
    const std::uint64_t tries = world.retries();
    REQUIRE(wait_until([&] { return world.retries() >= tries + 2; }));
    const std::uint64_t begin = number(world.log.spool().begin());
    REQUIRE(begin > 200);
    const Descriptor socket = bind_datagram_path(path);
    std::vector<std::uint64_t> later;
    while (later.empty() || later.back() + 1 < world.end())
        later.push_back(sequence_of(receive_datagram(socket)));
    const RouteStatus last = world.stop();
    CHECK(rising(later));
    // Of the batch itself what is left may come too, if it was kept.
    std::erase_if(later, [&](std::uint64_t sequence) { return sequence < begin; });
    CHECK(ranges(later) == range(begin, world.end()));
    CHECK(last.saved.totals.delivered + lost_by(last, LossReason::retention) == world.end() - 1);
}

}  // namespace
}  // namespace tapferry
