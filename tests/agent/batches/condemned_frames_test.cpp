// Frames at which earlier processes crashed, in everything that is made of a log.
#include <csignal>
#include <map>
#include <set>

#include "agent/routes/position_keeper.h"
#include "agent/spool/disk.h"
#include "tests/agent/batches/held_log.h"
#include "tests/agent/routes/scripted_route.h"

namespace tapferry {
namespace {

using namespace test;
using Sequences = std::set<std::uint64_t>;

constexpr CrashedUnder program{7, 8};

// A position file with notes.
class Notes {
  public:
    explicit Notes(const Sequences& sequences, int crashes = 2)
        : made_(folder_.path("siem"), posix_disk()), file_(folder_.path("siem"), posix_disk()) {
        CrashNotes notes(program);
        for (int i = 0; i < crashes; ++i)
            for (const std::uint64_t sequence : sequences) notes.add(sequence, true, SIGSEGV);
        file_.save(notes);
    }
    void give(BatchFiller& filler) { filler.crashes().keep_in(file_, program); }

  private:
    TemporaryFolder folder_;
    PositionFile made_;
    CrashNotesFile file_;
};

struct Dead {
    std::vector<std::uint64_t> sequences;
    std::vector<std::vector<std::uint8_t>> frames;
    std::vector<std::string> words;
};

Dead dead_of(const OpenBatch& batch) {
    Dead dead;
    for (const DeadFrame& frame : batch.dead_frames) {
        dead.sequences.push_back(frame.id.sequence);
        dead.frames.push_back(frame.bytes);
        dead.words.push_back(frame.words);
    }
    return dead;
}

// Everything there is, as one batch.
std::unique_ptr<OpenBatch> read_all(BatchFiller& filler) {
    auto batch = filler.make_batch();
    batch->clear(filler.position());
    (void)filler.fill(*batch, {100'000, 64 << 20, {}}, Position{~std::uint64_t{0}});
    const RouteTotals& totals = batch->totals;
    CHECK(totals.read ==
          totals.undecodable + totals.filtered + totals.paired + totals.rendered + batch->open);
    return batch;
}

std::vector<std::uint64_t> delivered(const OpenBatch& batch) {
    std::vector<std::uint64_t> sequences;
    for (const Record& record : batch.records.records()) sequences.push_back(record.id.sequence);
    return sequences;
}

DestinationConfig pairing_destination() {
    auto destination = json_destination(StdoutOptions{});
    destination.transactions = PairingOptions{std::chrono::milliseconds{200}, 1000};
    return destination;
}

TEST_CASE(
    "a condemned frame goes to the dead letter as it is, wherever it stands, and all others are delivered") {
    FilledSpool log;
    const std::vector<Frame> frames{query({.id = 1}), garbage(20), query({.id = 3}), query({.id = 4}),
                                    query({.id = 5})};
    log.append(frames);
    for (const Sequences& condemned : {Sequences{1}, {3}, {5}, {3, 4}, {1, 2, 3, 4, 5}}) {
        CAPTURE(condemned.size());
        BatchFiller filler(json_destination(StdoutOptions{}), log.reader());
        Notes notes(condemned);
        notes.give(filler);
        const auto batch = read_all(filler);
        const Dead dead = dead_of(*batch);
        for (std::size_t i = 0; i < dead.sequences.size(); ++i) {
            const bool is_condemned = condemned.contains(dead.sequences[i]);
            CHECK((is_condemned || dead.sequences[i] == 2));
            CHECK(dead.frames[i] == frames[dead.sequences[i] - 1]);
            CHECK((dead.words[i].find("crashed 2 times") != std::string::npos) == is_condemned);
        }
        Sequences all(dead.sequences.begin(), dead.sequences.end());
        const auto sequences = delivered(*batch);
        CHECK(rising(sequences));
        all.insert(sequences.begin(), sequences.end());
        CHECK(all == Sequences{1, 2, 3, 4, 5});
        CHECK(batch->totals.dead_lettered == condemned.size());
        CHECK(batch->totals.undecodable == (condemned.contains(2) ? 0 : 1));
    }
}

TEST_CASE("one crash condemns nothing") {
    FilledSpool log;
    log.append_captured(20);
    BatchFiller filler(json_destination(StdoutOptions{}), log.reader());
    Notes notes({7}, 1);
    notes.give(filler);
    CHECK(ranges(delivered(*read_all(filler))) == range(1, 21));
}

TEST_CASE("an aggregate counts all but the condemned frame") {
    FilledSpool log;
    for (std::uint16_t i = 0; i < 9; ++i) log.append({query({.id = i})}, {1'790'000'000, 0});
    auto destination = json_destination(StdoutOptions{});
    destination.format = SummaryOptions{.group_by = {}};
    log.append({query({})}, {1'790'000'600, 0});  // ends the window
    BatchFiller filler(destination, log.reader());
    Notes notes({4});
    notes.give(filler);
    const auto batch = read_all(filler);
    REQUIRE(batch->records.size() == 1);
    CHECK(batch->records.content(batch->records.records()[0]).find("\"count\":8") != std::string::npos);
    CHECK(dead_of(*batch).sequences == std::vector<std::uint64_t>{4});
}

TEST_CASE("a response that is condemned leaves its query unanswered, and a query its response alone") {
    FilledSpool log;
    log.append(
        {query({.id = 1}), response({.id = 1}), query({.id = 2}), response({.id = 2}), query({.id = 3})},
        {1'790'000'000, 0});
    log.append({response({.id = 3})}, {1'790'000'000, 0});
    log.append_time({1'790'000'005, 0});
    BatchFiller filler(pairing_destination(), log.reader());
    Notes notes({2, 3});
    notes.give(filler);
    const auto batch = read_all(filler);
    CHECK(dead_of(*batch).sequences == std::vector<std::uint64_t>{2, 3});
    CHECK(batch->totals.paired == 1);
    CHECK(batch->open == 0);
    auto sequences = delivered(*batch);
    std::sort(sequences.begin(), sequences.end());
    CHECK(sequences == std::vector<std::uint64_t>{1, 4, 6});
}

TEST_CASE("a query that is condemned while it waits is a dead letter in its turn, with its frame") {
    const Frame poison = query({.id = 2});
    FilledSpool log;
    log.append({query({.id = 1}), poison, query({.id = 3})}, {1'790'000'000, 0});
    BatchFiller filler(pairing_destination(), log.reader());
    CHECK(read_all(filler)->open == 3);
    log.append_time({1'790'000'005, 0});
    Notes notes({2});
    notes.give(filler);
    const auto batch = filler.make_batch();
    batch->clear(filler.position());
    (void)filler.fill(*batch, {100, 64 << 20, {}}, Position{~std::uint64_t{0}});
    CHECK(delivered(*batch) == std::vector<std::uint64_t>{1, 3});
    REQUIRE(dead_of(*batch).sequences == std::vector<std::uint64_t>{2});
    CHECK(dead_of(*batch).frames.front() == poison);
    CHECK(batch->totals.rendered == 3);
    CHECK(batch->totals.dead_lettered == 1);
    CHECK(batch->open == 0);
}

TEST_CASE(
    "wherever a route starts anew, each condemned frame is dead once, nothing is lost, and the sums are "
    "right") {
    for (unsigned seed = 1; seed <= 8; ++seed) {
        CAPTURE(seed);
        FilledSpool log({.all = 1 << 30, .segment = 4000});
        RandomLog(seed, seed % 3 == 0).append_to(log, 60);
        BatchFiller unknowing(pairing_destination(), log.reader());
        const Reading whole = read_from(unknowing, {}, 1 + seed % 7);
        std::mt19937 random(seed);
        for (const Cut& cut : whole.cuts) {
            CAPTURE(number(cut.position));
            const std::uint64_t first = number(cut.open_from);
            const std::uint64_t condemned = first + random() % (number(log.spool().end()) - first + 1);
            CAPTURE(condemned);
            BatchFiller anew(pairing_destination(), log.reader());
            Notes notes({condemned});
            notes.give(anew);
            const Reading rest = read_from(anew, cut, 5);
            REQUIRE(rest.balanced(cut));
            REQUIRE(rest.unread == 0);
            TextBuffer id;
            append_record_id(id, {.id = {log.spool().incarnation(), condemned}});
            for (const std::string& record : rest.records) REQUIRE_FALSE(record.starts_with(id.view()));
            const bool to_come = condemned >= number(cut.position) && condemned < number(log.spool().end());
            REQUIRE(rest.totals.dead_lettered <= 1);
            if (to_come) REQUIRE(rest.totals.dead_lettered == 1);
        }
    }
}

TEST_CASE("a route tells which frames it will not touch, delivers the others, and keeps those for a person") {
    RouteWorld world;
    auto far_side = std::make_shared<FarSide>([](const auto&, std::size_t) { return accept(); });
    auto destination = impatient(world);
    destination.source = "as written";
    world.log.append_captured(30);
    start(world, far_side, destination);
    (void)world.stop();
    world.abandon();
    {
        CrashNotes notes(PositionKeeper::notes_hold_for(destination));
        for (const int signal : {SIGABRT, SIGSEGV}) {
            notes.add(5, false, signal);  // what is settled is of no concern
            notes.add(35, false, signal);
            notes.add(36, false, signal);
        }
        notes.add(40, false, SIGSEGV);
        const PositionFile made(world.position_file(), posix_disk());
        CrashNotesFile(world.position_file(), posix_disk()).save(notes);
    }
    world.log.append_captured(30);
    start(world, far_side, destination);
    const RouteStatus last = world.stop();
    CHECK(last.saved.totals.dead_lettered == 2);
    CHECK(last.saved.totals.delivered == 58);
    CHECK(dead(world) == std::vector<std::uint64_t>{35, 36});
    CHECK(world.dead_letters().find("\"frame\":\"") != std::string::npos);
    const std::string said = world.agent_log();
    CHECK(said.find("tapferry crashed 2 times at frame 35 (SIGSEGV)") != std::string::npos);
    CHECK(said.find("tapferry crashed 2 times at frame 36") != std::string::npos);
    CHECK(said.find("tapferry crashed at frame 40 (SIGSEGV): the frame is tried once more") !=
          std::string::npos);
    CHECK(said.find("at frame 5 ") == std::string::npos);
}

TEST_CASE("a frame that is condemned in a stretch that goes later is a dead letter like any other") {
    RouteWorld world;
    auto far_side = std::make_shared<FarSide>([](const auto&, std::size_t) { return accept(); });
    auto destination = impatient(world);
    destination.source = "as written";
    world.log.append_captured(40);
    {
        SavedPosition saved;
        saved.position = saved.open_from = saved.highest = Position{41};
        saved.totals.read = saved.totals.rendered = saved.totals.delivered = 20;
        saved.late = {{Position{11}, Position{31}, Position{11}, 0, {}}};
        PositionFile file(world.position_file(), posix_disk());
        REQUIRE(file.save(saved));
        CrashNotes notes(PositionKeeper::notes_hold_for(destination));
        for (int i = 0; i < 2; ++i) notes.add(17, true, SIGSEGV);
        notes.add(23, true, SIGABRT);
        CrashNotesFile(world.position_file(), posix_disk()).save(notes);
    }
    start(world, far_side, destination);
    REQUIRE(wait_until([&] { return world.status().pending == 0; }));
    const RouteStatus last = world.stop();
    CHECK(ranges(far_side->taken()) == "11-16 18-30");
    CHECK(last.saved.totals.dead_lettered == 1);
    CHECK(last.saved.totals.delivered == 39);
    CHECK(dead(world) == std::vector<std::uint64_t>{17});
    const std::string said = world.agent_log();
    CHECK(said.find("tapferry crashed 2 times at frame 17 (SIGSEGV)") != std::string::npos);
    CHECK(said.find("tapferry crashed at frame 23 (SIGABRT): the frame is tried once more") !=
          std::string::npos);
}

TEST_CASE("what is condemned is tried again when the destination is configured in another way") {
    RouteWorld world;
    auto far_side = std::make_shared<FarSide>([](const auto&, std::size_t) { return accept(); });
    auto destination = impatient(world);
    destination.source = "as written";
    world.log.append_captured(30);
    {
        CrashNotes notes(PositionKeeper::notes_hold_for(destination));
        for (int i = 0; i < 2; ++i) notes.add(7, false, SIGSEGV);
        const PositionFile made(world.position_file(), posix_disk());
        CrashNotesFile(world.position_file(), posix_disk()).save(notes);
    }
    destination.source = "as written otherwise";
    start(world, far_side, destination);
    CHECK(world.stop().saved.totals.delivered == 30);
    CHECK(world.dead_letters().empty());
}

}  // namespace
}  // namespace tapferry
