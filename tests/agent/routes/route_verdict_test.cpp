#include <algorithm>
#include <random>
#include <set>

#include "encoders/encoder.h"
#include "tests/agent/routes/scripted_route.h"

namespace tapferry {
namespace {

using namespace test;
using namespace std::chrono_literals;
using State = RouteStatus::State;
using Verdict = Outcome::Verdict;
using Sequences = FarSide::Sequences;

bool has(const Sequences& records, std::uint64_t sequence) {
    return std::find(records.begin(), records.end(), sequence) != records.end();
}

// A hundred events for a far side that would take them, and whose transport cannot reach it.
std::shared_ptr<FarSide> start_in_trouble(RouteWorld& world) {
    world.log.append_captured(100);
    auto far_side = std::make_shared<FarSide>([](const Sequences&, std::size_t) { return accept(); });
    far_side->trouble(Trouble{"b1: Connection refused", false});
    start(world, far_side, impatient(world));
    REQUIRE(wait_until([&] { return world.status().state == State::retrying; }));
    return far_side;
}

TEST_CASE("what is too big is halved until it is taken, and what follows is small enough at once") {
    RouteWorld world;
    world.log.append_captured(1000);
    const auto far_side = std::make_shared<FarSide>([](const Sequences& records, std::size_t) {
        return records.size() > 30 ? answer(Verdict::too_big, "413") : accept();
    });
    start(world, far_side, impatient(world));
    const RouteStatus last = world.stop();
    CHECK(ranges(far_side->taken()) == range(1, 1001));
    CHECK(last.saved.totals.delivered == 1000);
    CHECK(last.saved.totals.repeated == 0);
    CHECK(world.dead_letters().empty());
    CHECK(far_side->tries() < 100);
}

TEST_CASE("a single record that is too big goes to the dead letter, and all others arrive in order") {
    RouteWorld world;
    world.log.append_captured(500);
    const auto far_side = std::make_shared<FarSide>([](const Sequences& records, std::size_t) {
        return has(records, 123) ? answer(Verdict::too_big, "413 content too large") : accept();
    });
    start(world, far_side, impatient(world));
    const RouteStatus last = world.stop();
    CHECK(ranges(far_side->taken()) == "1-122 124-500");
    CHECK(ranges(dead(world)) == "123-123");
    CHECK(world.dead_letters().find("413 content too large") != std::string::npos);
    CHECK(last.saved.totals.delivered == 499);
    CHECK(last.saved.totals.dead_lettered == 1);
}

TEST_CASE("a batch refused for an unknown record is divided down to it, and the rest goes on in order") {
    RouteWorld world;
    world.log.append_captured(600);
    const auto far_side = std::make_shared<FarSide>([](const Sequences& records, std::size_t) {
        return has(records, 7) || has(records, 8) || has(records, 555)
                   ? answer(Verdict::refused, "400 mapper_parsing_exception")
                   : accept();
    });
    start(world, far_side, impatient(world));
    const RouteStatus last = world.stop();
    CHECK(ranges(far_side->taken()) == "1-6 9-554 556-600");
    CHECK(ranges(dead(world)) == "7-8 555-555");
    CHECK(last.saved.totals.dead_lettered == 3);
    CHECK(last.dead_records == 3);
}

TEST_CASE("what is refused one by one is told at once, and then in one line: all of it at the end") {
    RouteWorld world;
    world.log.append_captured(60);
    const auto far_side = std::make_shared<FarSide>([](const Sequences& records, std::size_t) {
        return records.front() % 2 == 0 ? answer(Verdict::refused, "400 no") : accept();
    });
    auto destination = impatient(world, 1);
    destination.batch.max_events = 1;
    start(world, far_side, destination);
    const RouteStatus last = world.stop();
    CHECK(last.saved.totals.dead_lettered == 30);
    std::vector<std::uint64_t> told;
    for (const auto& line : lines_of(world.agent_log()))
        if (line.find("refused and kept as dead letters (400 no)") != std::string::npos)
            told.push_back(std::stoull(line.substr(line.find("siem: ") + 6)));
    CHECK(told == std::vector<std::uint64_t>{1, 29});
}

TEST_CASE(
    "what only a person can change costs no event: not ready at once, one line, and all arrives later") {
    RouteWorld world;
    world.log.append_captured(300);
    const auto far_side = std::make_shared<FarSide>(
        [](const Sequences&, std::size_t) { return answer(Verdict::misconfigured, "401 token expired"); });
    start(world, far_side, impatient(world));
    REQUIRE(wait_until([&] { return far_side->tries() > 5; }));
    const RouteStatus failing = world.status();
    CHECK(failing.needs_a_person);
    CHECK(failing.state == State::retrying);
    AgentStatus agent;
    agent.routes.push_back(failing);
    CHECK(not_ready(agent, failing.failing_since) == std::vector<std::string>{"siem"});
    far_side->change([](const Sequences&, std::size_t) { return accept(); });
    const bool arrived = wait_until([&] { return world.status().pending == 0; });
    CHECK(arrived);
    CHECK(!world.stop().needs_a_person);
    CHECK(ranges(far_side->taken()) == range(1, 301));
    CHECK(world.dead_letters().empty());
    const auto lines = lines_of(world.agent_log());
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].find(" error siem: cannot deliver until that is changed: 401 token expired; 300 events") !=
          std::string::npos);
}

TEST_CASE("a far side that takes small batches and no large ones costs no event, and not a line each time") {
    RouteWorld world;
    world.log.append_captured(3000);
    const auto far_side = std::make_shared<FarSide>([](const Sequences& records, std::size_t) {
        return records.size() > 100 ? answer(Verdict::retry, "Connection reset by peer") : accept();
    });
    auto destination = impatient(world);
    destination.batch.max_events = 500;
    start(world, far_side, destination);
    REQUIRE(wait_until([&] { return world.status().pending == 0; }));
    (void)world.stop();
    CHECK(ranges(far_side->taken()) == range(1, 3001));
    CHECK(far_side->tries() > 20);
    CHECK(lines_of(world.agent_log()).size() == 10);
}

TEST_CASE("a far side that asks to be left alone is left alone, whatever the pause would have been") {
    RouteWorld world;
    world.log.append_captured(10);
    std::vector<std::chrono::steady_clock::time_point> tried;
    const auto far_side = std::make_shared<FarSide>([&](const Sequences&, std::size_t) {
        tried.push_back(std::chrono::steady_clock::now());
        auto outcome = tried.size() == 1 ? answer(Verdict::retry, "429") : accept();
        outcome.retry_after = 300ms;
        return outcome;
    });
    start(world, far_side, impatient(world));
    REQUIRE(wait_until([&] { return world.status().pending == 0; }));
    (void)world.stop();
    REQUIRE(tried.size() == 2);
    CHECK(tried[1] - tried[0] >= 300ms);
}

TEST_CASE("after a failure one small batch goes first, then full ones") {
    RouteWorld world;
    world.log.append_captured(2000);
    std::vector<std::size_t> sizes;
    const auto far_side = std::make_shared<FarSide>([&](const Sequences& records, std::size_t) {
        sizes.push_back(records.size());
        return sizes.size() == 1 ? answer(Verdict::retry, "503") : accept();
    });
    auto destination = impatient(world);
    destination.batch.max_events = 500;
    destination.batch.max_bytes = 8 << 20;
    start(world, far_side, destination);
    (void)wait_until([&] { return world.status().pending == 0; });
    (void)world.stop();
    const bool as_told = sizes == std::vector<std::size_t>{500, 100, 400, 500, 500, 500};
    CHECK(as_told);
}

TEST_CASE("of a batch of which some records are to go again, only these go again") {
    RouteWorld world;
    world.log.append_captured(200);
    const auto far_side = std::make_shared<FarSide>([](const Sequences& records, std::size_t first) {
        if (records.size() < 200) return accept();
        auto outcome = answer(Verdict::retry, "429 es_rejected_execution_exception");
        for (const std::uint32_t i : {3, 4, 5, 99})
            outcome.retry_records.push_back(static_cast<std::uint32_t>(first) + i);
        outcome.refused_records = {static_cast<std::uint32_t>(first) + 50};
        return outcome;
    });
    start(world, far_side, impatient(world));
    REQUIRE(wait_until([&] { return world.status().pending == 0; }));
    const RouteStatus last = world.stop();
    auto taken = far_side->taken();
    CHECK(taken.size() == 199);
    std::sort(taken.begin(), taken.end());
    CHECK(ranges(taken) == "1-50 52-200");
    CHECK(ranges(dead(world)) == "51-51");
    CHECK(last.saved.totals.delivered == 199);
}

TEST_CASE("a dead letter has the words that the far side has for it, and else those for all") {
    RouteWorld world;
    world.log.append_captured(3);
    const auto far_side = std::make_shared<FarSide>([](const Sequences&, std::size_t first) {
        auto outcome = accept();
        for (std::uint32_t i = 0; i < 3; ++i)
            outcome.refused_records.push_back(static_cast<std::uint32_t>(first) + i);
        outcome.refused_words = {"no address", "too long"};
        outcome.words = "all of it";
        return outcome;
    });
    start(world, far_side, impatient(world));
    REQUIRE(wait_until([&] { return world.status().pending == 0; }));
    (void)world.stop();
    const auto letters = lines_of(world.dead_letters());
    REQUIRE(letters.size() == 3);
    CHECK(letters[0].find("no address") != std::string::npos);
    CHECK(letters[1].find("too long") != std::string::npos);
    CHECK(letters[2].find("all of it") != std::string::npos);
}

TEST_CASE("when too much is refused the destination is held, and goes on when a probe is taken") {
    RouteWorld world;
    world.log.append_captured(1000);
    const auto far_side = std::make_shared<FarSide>([](const Sequences& records, std::size_t first) {
        auto outcome = accept();
        for (std::size_t i = 0; i < records.size(); ++i)
            outcome.refused_records.push_back(static_cast<std::uint32_t>(first + i));
        outcome.words = "400 unknown field";
        return outcome;
    });
    start(world, far_side, impatient(world));
    REQUIRE(world.wait_for_state(State::held));
    const std::size_t tries = far_side->tries();
    REQUIRE(wait_until([&] { return far_side->tries() > tries + 3; }));
    CHECK(world.dead_letters().empty());
    AgentStatus agent;
    agent.routes.push_back(world.status());
    CHECK(not_ready(agent, 0) == std::vector<std::string>{"siem"});
    CHECK(agent.routes[0].words.find("400 unknown field") != std::string::npos);
    far_side->change([](const Sequences&, std::size_t) { return accept(); });
    REQUIRE(wait_until([&] { return world.status().pending == 0; }));
    const RouteStatus last = world.stop();
    CHECK(last.saved.totals.dead_lettered == 50);
    CHECK(last.saved.totals.delivered == 950);
    CHECK(dead(world).size() == 50);
    auto taken = far_side->taken();
    std::sort(taken.begin(), taken.end());
    CHECK(ranges(taken) == range(51, 1001));
}

TEST_CASE("who is held is told why the records were refused, and not how the connection ended") {
    RouteWorld world;
    world.log.append_captured(1000);
    const auto far_side = std::make_shared<FarSide>([](const Sequences& records, std::size_t first) {
        auto outcome = answer(Verdict::retry, "closed by the peer");
        for (std::size_t i = 0; i < records.size(); ++i) {
            const auto record = static_cast<std::uint32_t>(first + i);
            (i % 10 == 9 ? outcome.retry_records : outcome.refused_records).push_back(record);
        }
        outcome.refused_words.assign(outcome.refused_records.size(), "500 no such ruleset");
        return outcome;
    });
    start(world, far_side, impatient(world));
    REQUIRE(world.wait_for_state(State::held));
    CHECK(world.status().words.find("(500 no such ruleset)") != std::string::npos);
    (void)world.stop();
}

TEST_CASE("what is held is let go by hand, and held again when nothing has changed") {
    RouteWorld world;
    world.log.append_captured(1000);
    const auto far_side = std::make_shared<FarSide>(
        [](const Sequences&, std::size_t) { return answer(Verdict::refused, "400"); });
    auto destination = impatient(world);
    destination.retry = {1h, 1h};
    start(world, far_side, destination);
    REQUIRE(world.wait_for_state(State::held));
    const std::size_t tries = far_side->tries();
    world.route().let_go();
    REQUIRE(wait_until([&] { return far_side->tries() >= tries + 50; }));
    REQUIRE(world.wait_for_state(State::held));
    world.route().stop(std::chrono::steady_clock::now() + 1h);
    REQUIRE(world.wait_for_state(State::stopped));
}

TEST_CASE(
    "what is refused is a dead letter when its stretch is settled: a restart before that leaves none "
    "behind") {
    RouteWorld world;
    world.log.append_captured(1000);
    const auto refusing = std::make_shared<FarSide>(
        [](const Sequences&, std::size_t) { return answer(Verdict::refused, "400"); });
    auto destination = impatient(world);
    destination.retry = {1h, 1h};
    start(world, refusing, destination);
    REQUIRE(world.wait_for_state(State::held));
    const RouteStatus held = world.stop();
    CHECK(held.saved.totals.dead_lettered == 0);
    CHECK(held.pending == 1000);
    world.abandon();
    const auto mended = std::make_shared<FarSide>([](const Sequences&, std::size_t) { return accept(); });
    start(world, mended, destination);
    REQUIRE(wait_until([&] { return world.status().pending == 0; }));
    CHECK(world.stop().saved.totals.delivered == 1000);
    CHECK(world.dead_letters().empty());
}

// Says anything, but of each record always the same: every 31st is bad.
struct Moody {
    explicit Moody(unsigned seed) : random(seed) {}
    static bool bad(std::uint64_t sequence) { return sequence % 31 == 0; }

    Outcome operator()(const Sequences& records, std::size_t first) {
        Outcome outcome;
        std::vector<std::uint32_t> refused;
        for (std::size_t i = 0; i < records.size(); ++i)
            if (bad(records[i])) refused.push_back(static_cast<std::uint32_t>(first + i));
        switch (random() % 8) {
            case 0:
                outcome = answer(Verdict::retry, "503");
                outcome.done = random() % (records.size() + 1);
                while (outcome.done > 0 && !refused.empty() && refused.front() < first + outcome.done)
                    --outcome.done;
                return outcome;
            case 1:
                if (records.size() > 1) return answer(Verdict::too_big, "413");
                break;
            case 2:
                return answer(Verdict::misconfigured, "403");
            case 3:
                outcome = answer(Verdict::retry, "429");
                for (std::size_t i = 0; i < records.size(); ++i)
                    if (random() % 2 == 0)
                        outcome.retry_records.push_back(static_cast<std::uint32_t>(first + i));
                if (outcome.retry_records.empty()) break;
                outcome.refused_records = refused;
                return outcome;
            default:
                break;
        }
        if (!refused.empty() && random() % 2 == 0) return answer(Verdict::refused, "400");
        outcome = accept();
        outcome.refused_records = refused;
        return outcome;
    }

    std::minstd_rand random;
};

TEST_CASE("whatever the far side says, in any order: every event is delivered or dead-lettered, once") {
    for (unsigned seed = 1; seed <= 12; ++seed) {
        CAPTURE(seed);
        RouteWorld world;
        auto destination = impatient(world);
        destination.hold_above = 1;
        destination.batch.max_events = 40;
        const auto far_side = std::make_shared<FarSide>(Moody(seed), 1 + seed % 3);
        start(world, far_side, destination, seed);
        for (int i = 0; i < 10; ++i) {
            world.log.append_captured(60);
            (void)world.status();
        }
        REQUIRE(wait_until([&] { return world.status().pending == 0; }));
        const RouteStatus last = world.stop();
        auto taken = far_side->taken();
        CHECK(taken.size() == last.saved.totals.records);
        std::sort(taken.begin(), taken.end());
        CHECK(std::adjacent_find(taken.begin(), taken.end()) == taken.end());
        auto letters = dead(world);
        CHECK(letters.size() == last.saved.totals.dead_lettered);
        std::sort(letters.begin(), letters.end());
        Sequences bad;
        for (std::uint64_t sequence = 1; sequence <= 600; ++sequence)
            if (Moody::bad(sequence)) bad.push_back(sequence);
        CHECK(letters == bad);
        CHECK(taken.size() + bad.size() == 600);
        CHECK(last.saved.totals.repeated == 0);
    }
}

TEST_CASE(
    "trouble of a transport that tries again by itself is told once, and nothing is sent a second time") {
    RouteWorld world;
    const auto far_side = start_in_trouble(world);
    CHECK(world.status().words == "b1: Connection refused");
    CHECK(!world.status().needs_a_person);
    far_side->trouble(Trouble{"b1: wrong password", true});
    REQUIRE(wait_until([&] { return world.status().needs_a_person; }));
    CHECK(far_side->tries() == 1);
    far_side->trouble(std::nullopt);
    REQUIRE(wait_until([&] { return world.status().pending == 0; }));
    const RouteStatus last = world.stop();
    CHECK(ranges(far_side->taken()) == range(1, 101));
    CHECK(last.saved.totals.repeated == 0);
    CHECK(last.words.empty());
}

TEST_CASE("a route stops in good time while its transport is in trouble, and the spool keeps the rest") {
    RouteWorld world;
    (void)start_in_trouble(world);
    const RouteStatus last = world.stop();
    CHECK(last.saved.totals.delivered == 0);
    CHECK(last.pending == 100);
}

}  // namespace
}  // namespace tapferry
