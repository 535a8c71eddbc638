// catch_up = "live_first": after an outage what comes goes first, and what waited is delivered later.
#include <algorithm>
#include <deque>
#include <fstream>
#include <future>
#include <limits>
#include <mutex>
#include <set>
#include <thread>

#include "agent/late_stretches.h"
#include "encoders/encoder.h"
#include "tests/agent/scripted_route.h"

namespace tapferry {
namespace {

using namespace test;
using namespace std::chrono_literals;
using State = RouteStatus::State;
using Verdict = Outcome::Verdict;
using Sequences = FarSide::Sequences;

// Batches of ten: what more than a hundred frames wait is put off.
DestinationConfig live_first(const RouteWorld& world) {
    auto destination = impatient(world);
    destination.catch_up = CatchUp::live_first;
    destination.batch.max_events = 10;
    return destination;
}

FarSide::Script takes_all() {
    return [](const Sequences&, std::size_t) { return accept(); };
}
FarSide::Script is_away() {
    return [](const Sequences&, std::size_t) { return answer(Verdict::retry, "connection refused"); };
}
// Of what lies before `from` only the first ten.
FarSide::Script takes_from(std::uint64_t from) {
    return [from](const Sequences& records, std::size_t) {
        return records.front() <= 10 || records.front() >= from ? accept() : answer(Verdict::retry, "busy");
    };
}

std::shared_ptr<FarSide> far_side_that(FarSide::Script script, std::size_t window = 1) {
    return std::make_shared<FarSide>(std::move(script), window);
}

bool has_taken(const FarSide& far_side, std::uint64_t sequence) {
    const auto taken = far_side.taken();
    return std::find(taken.begin(), taken.end(), sequence) != taken.end();
}

// An outage of so many frames, and then a far side that takes what comes and of what waited ten alone.
std::shared_ptr<FarSide> with_put_off(RouteWorld& world, std::size_t waiting, std::size_t live,
                                      const DestinationConfig& destination) {
    auto far_side = far_side_that(is_away());
    world.log.append_captured(waiting);
    start(world, far_side, destination);
    REQUIRE(world.wait_for_state(State::retrying));
    far_side->change(takes_from(waiting + 1));
    REQUIRE(wait_until([&] { return !world.status().saved.late.empty(); }));
    world.log.append_captured(live);
    REQUIRE(wait_until([&] { return live == 0 || has_taken(*far_side, waiting + live); }));
    return far_side;
}

RouteStatus when_all_is_settled(RouteWorld& world) {
    REQUIRE(wait_until([&] { return world.status().pending == 0; }));
    return world.status();
}

OrderAnswer ask(RouteWorld& world, RouteOrder order) {
    std::promise<OrderAnswer> promise;
    auto answer = promise.get_future();
    world.route().order(order, [&](const OrderAnswer& given) { promise.set_value(given); });
    return answer.get();
}

std::string late_of(const RouteStatus& status) {
    std::string text;
    for (const auto& stretch : status.saved.late)
        text += (text.empty() ? "" : " ") + range(number(stretch.position), number(stretch.to));
    return text;
}

// What becomes of records whose bytes are released as soon as they are sent.
class SlowWord {
  public:
    // Of all that was sent until now.
    void say(Verdict verdict) {
        const std::lock_guard lock(mutex_);
        verdict_ = verdict;
        said_ = sent_.size();
    }
    // Of whatever is sent, too.
    void accept_all() {
        const std::lock_guard lock(mutex_);
        verdict_ = Verdict::accepted;
        said_ = std::numeric_limits<std::size_t>::max();
    }
    // That record was sent, and nothing was said of it.
    bool holds(std::uint64_t sequence) const {
        const std::lock_guard lock(mutex_);
        return std::any_of(sent_.begin(), sent_.end(), [&](const auto& batch) {
            return std::find(batch.second.begin(), batch.second.end(), sequence) != batch.second.end();
        });
    }
    // Rising, each once.
    Sequences accepted() const {
        const std::lock_guard lock(mutex_);
        const std::set<std::uint64_t> once(accepted_.begin(), accepted_.end());
        return {once.begin(), once.end()};
    }
    void send(Ticket ticket, const Sequences& records) {
        const std::lock_guard lock(mutex_);
        sent_.emplace_back(ticket, records);
    }
    std::optional<Outcome> next() {
        const std::lock_guard lock(mutex_);
        if (sent_.empty() || said_ == 0) return std::nullopt;
        Outcome outcome = answer(verdict_, "gone");
        outcome.ticket = sent_.front().first;
        outcome.handed_over = true;
        if (verdict_ == Verdict::accepted)
            accepted_.insert(accepted_.end(), sent_.front().second.begin(), sent_.front().second.end());
        sent_.pop_front();
        if (said_ != std::numeric_limits<std::size_t>::max()) --said_;
        return outcome;
    }

  private:
    mutable std::mutex mutex_;
    Verdict verdict_ = Verdict::sent;
    std::size_t said_ = 0;  // of so many, from the first on
    std::deque<std::pair<Ticket, Sequences>> sent_;
    Sequences accepted_;
};

class Releasing : public Transport {
  public:
    explicit Releasing(std::shared_ptr<SlowWord> word) : word_(std::move(word)) {}
    bool submit(const Batch& batch, Ticket ticket, Deadline) override {
        Sequences records;
        for (std::size_t i = batch.first; i < batch.end(); ++i)
            records.push_back(sequence_of(batch.records.content(batch.records.records()[i])));
        word_->send(ticket, records);
        released_.push_back(ticket);
        return true;
    }
    std::optional<Outcome> wait(Deadline deadline) override {
        if (!released_.empty()) {
            Outcome outcome = answer(Verdict::sent, "");
            outcome.ticket = released_.front();
            outcome.handed_over = true;
            released_.pop_front();
            return outcome;
        }
        auto outcome = word_->next();
        if (!outcome) std::this_thread::sleep_until(deadline);
        return outcome;
    }
    void finish(Deadline) override { word_->accept_all(); }

  private:
    std::shared_ptr<SlowWord> word_;
    std::deque<Ticket> released_;
};

// The sequence numbers in lines "… events lost (REASON), sequence numbers 1 to 5".
std::vector<std::uint64_t> told_as_lost(const RouteWorld& world, const std::string& reason) {
    const std::string words = " events lost (" + reason + "), sequence numbers ";
    std::vector<std::uint64_t> lost;
    for (const auto& line : lines_of(world.agent_log())) {
        const auto at = line.find(words);
        if (at == std::string::npos) continue;
        const std::string told = line.substr(at + words.size());
        const std::uint64_t last = std::stoull(told.substr(told.find(" to ") + 4));
        for (std::uint64_t sequence = std::stoull(told); sequence <= last; ++sequence)
            lost.push_back(sequence);
    }
    return lost;
}

TEST_CASE("after an outage what comes goes first, and what waited follows in order, each once") {
    RouteWorld world;
    const auto far_side = with_put_off(world, 500, 100, live_first(world));
    const RouteStatus status = world.status();
    CHECK(late_of(status) == "11-500");
    CHECK(number(status.saved.position) == 601);
    CHECK(status.pending == 490);
    CHECK(status.saved.totals.delivered == 110);
    CHECK(wait_until([&] { return number(world.route().saved_position()) == 11; }));
    far_side->change(takes_all());
    const RouteStatus last = when_all_is_settled(world);
    CHECK(ranges(far_side->taken()) == "1-10 501-600 11-500");
    CHECK(last.saved.late.empty());
    CHECK(last.saved.totals.delivered == 600);
    CHECK(last.saved.totals.repeated == 0);
    CHECK(world.agent_log().find(
              "490 events go later, behind those that come now: sequence numbers 11 to 500") !=
          std::string::npos);
    CHECK(world.agent_log().find("all events that were to go later are dealt with") != std::string::npos);
}

TEST_CASE("what comes while a late stretch is on its way goes before what is left of it") {
    RouteWorld world;
    auto destination = live_first(world);
    destination.catch_up_rate = 1000;  // a hundred at once, so that there is something in between
    destination.batch.max_events = 20;
    const auto far_side = far_side_that(is_away(), 3);
    world.log.append_captured(2000);
    start(world, far_side, destination);
    REQUIRE(world.wait_for_state(State::retrying));
    far_side->change(takes_all());
    REQUIRE(wait_until([&] { return has_taken(*far_side, 300); }));
    const auto before = world.status().saved.late;
    world.log.append_captured(50);
    REQUIRE(wait_until([&] { return has_taken(*far_side, 2050); }));
    CHECK(!has_taken(*far_side, 2000));
    when_all_is_settled(world);
    CHECK(ranges(without_repeats(far_side->taken())) == "1-2050");
    CHECK(far_side->taken().size() == 2050);
}

TEST_CASE("with oldest_first, and where little waits, nothing is put off") {
    for (const std::size_t waiting : {110u, 2000u}) {
        RouteWorld world;
        auto destination = live_first(world);
        if (waiting == 2000) destination.catch_up = CatchUp::oldest_first;
        const auto far_side = far_side_that(is_away());
        world.log.append_captured(waiting);
        start(world, far_side, destination);
        REQUIRE(world.wait_for_state(State::retrying));
        far_side->change(takes_all());
        when_all_is_settled(world);
        CHECK(ranges(far_side->taken()) == range(1, waiting + 1));
        CHECK(world.agent_log().find("go later") == std::string::npos);
    }
}

TEST_CASE("what waits when the agent starts is put off as soon as the destination has taken something") {
    RouteWorld world;
    world.log.append_captured(500);
    const auto far_side = far_side_that(takes_from(501));
    start(world, far_side, live_first(world));
    REQUIRE(wait_until([&] { return !world.status().saved.late.empty(); }));
    CHECK(number(world.status().saved.position) == 501);
    far_side->change(takes_all());
    when_all_is_settled(world);
    CHECK(ranges(without_repeats(far_side->taken())) == "1-500");
}

TEST_CASE(
    "a late stretch that an earlier process left is finished, also when the key says oldest_first again") {
    for (const auto catch_up : {CatchUp::live_first, CatchUp::oldest_first}) {
        RouteWorld world;
        auto destination = live_first(world);
        auto far_side = with_put_off(world, 500, 100, destination);
        const RouteStatus stopped = world.stop(0ms);
        CHECK(late_of(stopped) == "11-500");
        world.abandon();
        world.log.reopen();
        destination.catch_up = catch_up;
        far_side = far_side_that(takes_all());
        start(world, far_side, destination);
        const RouteStatus last = when_all_is_settled(world);
        CHECK(ranges(far_side->taken()) == "11-500");
        CHECK(last.saved.totals.delivered == 600);
        CHECK(last.saved.totals.repeated == 0);
    }
}

TEST_CASE("a stop delivers what comes, and leaves what is late to the next start") {
    RouteWorld world;
    auto destination = live_first(world);
    destination.catch_up_rate = 1;
    const auto far_side = far_side_that(takes_all());
    world.log.append_captured(5000);
    start(world, far_side, destination);
    REQUIRE(wait_until([&] { return !world.status().saved.late.empty(); }));
    world.log.append_captured(30);
    const RouteStatus last = world.stop();
    CHECK(has_taken(*far_side, 5030));
    CHECK(!has_taken(*far_side, 5000));
    CHECK(last.saved.late.size() == 1);
    CHECK(last.pending == late_frames(last.saved));
}

// The far side takes so many records and no more; then the route is gone, with a position file as it was some
// time before, as after a crash.
TEST_CASE("wherever it ends, and however old its saved position is, it repeats some and loses none") {
    for (std::size_t taken = 0; taken < 640; taken += 37) {
        for (const bool crash : {false, true}) {
            CAPTURE(taken);
            CAPTURE(crash);
            RouteWorld world;
            world.log.append_captured(500);
            std::size_t left = taken;
            auto far_side = far_side_that([&left](const Sequences& records, std::size_t) {
                if (left < records.size()) return answer(Verdict::retry, "busy");
                left -= records.size();
                return accept();
            });
            start(world, far_side, live_first(world));
            if (taken > 100) REQUIRE(wait_until([&] { return far_side->taken().size() >= 60; }));
            const std::string before = content_of(world.position_file());
            world.log.append_captured(140);
            REQUIRE(wait_until([&] { return far_side->taken().size() + 20 > taken && world.retries() > 0; }));
            world.abandon();
            auto came = far_side->taken();
            if (crash) std::ofstream(world.position_file(), std::ios::binary) << before;
            world.log.reopen();
            far_side = far_side_that(takes_all());
            start(world, far_side, live_first(world));
            const RouteStatus last = when_all_is_settled(world);
            for (const auto sequence : far_side->taken()) came.push_back(sequence);
            CHECK(ranges(without_repeats(came)) == "1-640");
            CHECK(last.saved.totals.delivered == 640);
            if (!crash) CHECK(came.size() == 640);
        }
    }
}

TEST_CASE("what was released and comes back makes the route read again, late and live") {
    RouteWorld world;
    world.log.append_captured(500);
    const auto word = std::make_shared<SlowWord>();
    world.start(live_first(world), {std::make_unique<Releasing>(word), nullptr});
    // The stretch is late when what was sent before it is accepted.
    REQUIRE(wait_until([&] {
        if (!world.status().saved.late.empty()) return true;
        word->say(Verdict::accepted);
        return false;
    }));
    REQUIRE(wait_until([&] { return word->holds(450); }));
    world.log.append_captured(50);
    REQUIRE(wait_until([&] { return word->holds(550); }));
    word->say(Verdict::retry);
    REQUIRE(wait_until([&] { return world.retries() > 0; }));
    word->accept_all();
    const RouteStatus last = when_all_is_settled(world);
    CHECK(last.saved.totals.delivered == 550);
    CHECK(last.saved.totals.repeated > 0);
    CHECK(last.saved.late.empty());
    CHECK(ranges(word->accepted()) == "1-550");
}

TEST_CASE("what the log drops of a late stretch is lost to the frame, and all the rest arrives") {
    RouteWorld world({.all = 256 << 10, .segment = 32 << 10});
    const auto far_side = with_put_off(world, 500, 0, live_first(world));
    for (int i = 0; i < 40; ++i) {
        world.log.append_captured(100);
        REQUIRE(wait_until([&] { return has_taken(*far_side, world.end() - 1); }));
        (void)world.status();
    }
    far_side->change(takes_all());
    const RouteStatus last = when_all_is_settled(world);
    const auto came = far_side->taken();
    const std::uint64_t lost = lost_by(last, LossReason::retention);
    CHECK(lost > 0);
    CHECK(came.size() + lost == 4500);
    CHECK(last.saved.totals.delivered == came.size());
    auto accounted = came;
    for (const auto sequence : told_as_lost(world, "retention")) accounted.push_back(sequence);
    std::sort(accounted.begin(), accounted.end());
    CHECK(ranges(accounted) == "1-4500");
}

TEST_CASE("each further outage is put off behind the ones before, up to four; then the oldest goes first") {
    RouteWorld world;
    auto far_side = with_put_off(world, 500, 10, live_first(world));
    for (const std::uint64_t outage : {2u, 3u, 4u}) {
        far_side->change(is_away());
        world.log.append_captured(200);
        const auto tries = world.retries();
        REQUIRE(wait_until([&] { return world.retries() > tries + 1; }));
        // What was on its way goes, all else of the outage is late.
        const std::uint64_t end = world.end();
        far_side->change([end, first = std::uint64_t{0}](const Sequences& records, std::size_t) mutable {
            if (records.front() <= 500) return answer(Verdict::retry, "busy");
            if (records.front() < end && first == 0) first = records.front();
            return records.front() >= end || records.front() == first ? accept()
                                                                      : answer(Verdict::retry, "busy");
        });
        REQUIRE(wait_until([&] { return world.status().saved.late.size() == outage; }));
        world.log.append_captured(10);
        REQUIRE(wait_until([&] { return has_taken(*far_side, world.end() - 1); }));
    }
    CHECK(world.status().pending == 490 + 3 * 190);
    // There is no room for a fifth.
    far_side->change(is_away());
    world.log.append_captured(200);
    const auto tries = world.retries();
    REQUIRE(wait_until([&] { return world.retries() > tries + 1; }));
    const std::size_t before = far_side->taken().size();
    far_side->change(takes_from(world.end() - 200));
    REQUIRE(wait_until([&] { return has_taken(*far_side, world.end() - 1); }));
    CHECK(world.status().saved.late.size() == 4);
    const auto so_far = far_side->taken();
    CHECK(ranges({so_far.begin() + static_cast<std::ptrdiff_t>(before), so_far.end()}) ==
          range(world.end() - 200, world.end()));
    far_side->change(takes_all());
    const RouteStatus last = when_all_is_settled(world);
    const auto all = far_side->taken();
    const Sequences late(all.begin() + static_cast<std::ptrdiff_t>(so_far.size()), all.end());
    CHECK(rising(late));
    CHECK(late.front() == 11);
    CHECK(ranges(without_repeats(all)) == range(1, world.end()));
    CHECK(last.saved.totals.delivered == world.end() - 1);
}

TEST_CASE("a purge gives late stretches up too, counted and told with their ranges") {
    RouteWorld world;
    const auto far_side = with_put_off(world, 500, 100, live_first(world));
    far_side->change(is_away());
    world.log.append_captured(50);
    const OrderAnswer answer = ask(world, RouteOrder::purge_spool);
    CHECK(answer.result == OrderAnswer::Result::done);
    far_side->change(takes_all());
    world.log.append_captured(10);
    const RouteStatus last = when_all_is_settled(world);
    CHECK(last.saved.late.empty());
    CHECK(lost_by(last, LossReason::purge) == answer.count);
    CHECK(has_taken(*far_side, 660));
    auto accounted = far_side->taken();
    for (const auto sequence : told_as_lost(world, "purge")) accounted.push_back(sequence);
    std::sort(accounted.begin(), accounted.end());
    CHECK(ranges(accounted) == "1-660");
}

TEST_CASE("notices of a route with late stretches count each frame once, and each has an id of its own") {
    RouteWorld world({.all = 1 << 30, .segment = 16 << 10});
    auto destination = live_first(world);
    destination.notices = true;
    std::int64_t second = 1'790'000'000;
    const auto append = [&](int blocks) {
        for (int i = 0; i < blocks; ++i) {
            std::vector<Frame> frames = read_capture("bind-sec");
            frames.resize(10);
            world.log.append(frames, {second, 0});
            second += 7;
        }
    };
    append(60);
    world.start(destination);
    REQUIRE(world.wait_for_state(State::retrying));
    world.receiver.open();
    REQUIRE(wait_until([&] { return world.agent_log().find("go later") != std::string::npos; }));
    append(20);
    REQUIRE(wait_until([&] { return world.status().pending == 0; }));
    const RouteStatus last = world.stop();
    std::uint64_t counted = 0, events = 0;
    std::vector<std::string> ids;
    std::vector<std::uint64_t> numbers;
    for (const auto& line : world.receiver.lines()) {
        const auto json = read_json(line);
        ids.emplace_back(json["id"].GetString());
        if (!json.HasMember("notice")) {
            ++events;
        } else if (std::string_view(json["notice"]["what"].GetString()) == "ledger") {
            counted += json["notice"]["count"].GetUint64();
            for (auto n = json["notice"]["first"].GetUint64(); n <= json["notice"]["last"].GetUint64(); ++n)
                numbers.push_back(n);
        }
    }
    CHECK(events == 800);
    CHECK(counted + last.saved.notices.since.read == 800);
    std::sort(numbers.begin(), numbers.end());
    CHECK(ranges(numbers) == range(1, counted + 1));
    std::sort(ids.begin(), ids.end());
    CHECK(std::adjacent_find(ids.begin(), ids.end()) == ids.end());
}

TEST_CASE("what goes later is paced by its own rate: so many at once, and the next when they are paid for") {
    FilledSpool log;
    log.append_captured(1000);
    auto destination = json_destination(StdoutOptions{});
    destination.catch_up_rate = 500;
    Feed feed(destination, log.spool(), log.spool().reader(first_position), nullptr);
    InFlight in_flight(feed.make_batches(4));
    LateStretch stretch;
    stretch.to = Position{201};
    LateStretches late(destination, log.spool(), feed.filler().crashes(), {stretch});
    std::uint64_t events = 0;
    const auto begin = LateStretches::Time::clock::now();
    for (std::uint64_t name = 1; late.any(); ++name) {
        REQUIRE(late.next_turn(in_flight) != LateStretches::Time::max());
        auto batch = late.fill(in_flight, destination.batch);
        REQUIRE(batch);
        REQUIRE(batch->totals.rendered <= 50);
        events += batch->totals.rendered;
        late.cursor().submitted(stretch_of(Ticket{name}, *batch));
        in_flight.give_back(std::move(batch));
        if (late.next_turn(in_flight) != LateStretches::Time::max())
            CHECK(late.next_turn(in_flight) >= begin + events * 2ms);
        late.cursor().settle(Ticket{name}, 0, 0);
        late.go_on(in_flight);
    }
    CHECK(events == 200);
}

}  // namespace
}  // namespace tapferry
