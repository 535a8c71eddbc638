#include "agent/inputs/intake_notices.h"

#include <doctest/doctest.h>

#include <cerrno>

#include "agent/spool/reader.h"
#include "tests/inputs/intake_fixture.h"

namespace tapferry::test {
namespace {

constexpr std::int64_t noon = 1'790'000'000;

// Notices of two inputs that one look after another finds, a second apart, in a log of their own.
class NoticeWorld {
  public:
    explicit NoticeWorld(bool enabled = true, std::chrono::seconds silence = {}) {
        IntakeOptions options;
        options.notices = enabled;
        for (const std::string name : {"bind", "nsd"}) {
            options.unix_inputs.push_back({.name = name, .path = "", .silence = silence});
            counters.push_back(std::make_unique<InputCounters>(name));
        }
        notices.emplace(options, counters);
        spool.emplace(SpoolOptions{.directory = folder.path() / "spool"}, disk);
    }
    // Goes on to that second.
    void look(std::int64_t second) {
        const IntakeNotices::Clock::time_point now{std::chrono::seconds{second}};
        if (notices->due(now) && notices->look(now, {noon + second, 0}))
            notices->append(*spool, {noon + second, 0});
    }
    void reject(std::size_t input, FrameRejection reason, std::uint64_t frames) {
        add(counters[input]->frames_rejected[static_cast<std::size_t>(reason)], frames);
    }
    // "gap ring 3 bind [0,1] WORDS": kind, reason, count, input, seconds since noon, words.
    std::vector<std::string> told() {
        constexpr const char* kinds[] = {"gap",     "recovered", "silent",   "heard_again",
                                         "started", "stopped",   "upgraded", "rejected"};
        constexpr const char* reasons[] = {"none", "retention", "disk", "damage", "power", "ring", "source"};
        std::vector<std::string> all;
        SpoolReader reader(folder.path() / "spool", disk, first_position);
        for (;;) {
            const SpoolRead read = reader.next();
            const auto* one = std::get_if<SpoolNotice>(&read);
            if (one == nullptr) return all;
            const Notice& notice = one->notice;
            const auto since = [](const Timestamp& time) {
                return time.seconds == 0 ? std::string("-") : std::to_string(time.seconds - noon);
            };
            all.push_back(std::string(kinds[static_cast<std::size_t>(notice.kind)]) + " " +
                          reasons[static_cast<std::size_t>(notice.reason)] + " " +
                          std::to_string(notice.count) + " " + std::string(one->input) + " [" +
                          since(notice.from) + "," + since(notice.until) + "] " + std::string(notice.words));
        }
    }

    TemporaryFolder folder;
    GateDisk disk;
    std::vector<std::unique_ptr<InputCounters>> counters;
    std::optional<IntakeNotices> notices;
    std::optional<Spool> spool;
};

using Told = std::vector<std::string>;

}  // namespace

TEST_CASE("frames that did not come into the log are told by input and reason, to the frame") {
    NoticeWorld world;
    world.look(1);
    world.reject(0, FrameRejection::ring_full, 3);
    world.reject(0, FrameRejection::oversize, 1);
    world.reject(0, FrameRejection::truncated, 1);
    world.reject(1, FrameRejection::disk, 7);
    world.reject(1, FrameRejection::spool_full, 5);
    world.look(2);
    world.look(3);
    world.reject(0, FrameRejection::ring_full, 2);
    world.look(4);
    CHECK(world.told() == Told{"gap ring 3 bind [1,2] ", "gap source 2 bind [1,2] ",
                               "gap retention 5 nsd [1,2] ", "gap disk 7 nsd [1,2] ",
                               "gap ring 2 bind [3,4] "});
    CHECK(world.notices->appended() == 5);
}

TEST_CASE("however often it is asked, an input's drops make one notice a second") {
    NoticeWorld world;
    world.look(1);
    for (int i = 0; i < 1000; ++i) {
        world.reject(0, FrameRejection::ring_full, 1);
        world.look(1);
    }
    world.look(2);
    CHECK(world.told() == Told{"gap ring 1000 bind [1,2] "});
}

TEST_CASE("connections that were turned away are told with what they sent") {
    NoticeWorld world;
    world.look(1);
    add(world.counters[1]->connections_rejected[static_cast<std::size_t>(ConnectionRejection::tls)], 2);
    add(world.counters[1]->connections_rejected[static_cast<std::size_t>(ConnectionRejection::too_many)], 1);
    world.look(2);
    CHECK(world.told() == Told{"rejected source 3 nsd [1,2] tls 2, too_many 1"});
}

TEST_CASE("an input that is silent for as long as it may be is told once, and once when it is heard again") {
    NoticeWorld world(true, std::chrono::seconds{10});
    for (std::int64_t second = 1; second < 30; ++second) {
        if (second <= 3 || second >= 20)
            world.counters[0]->last_frame_seconds = static_cast<std::uint64_t>(noon + second);
        world.counters[1]->last_frame_seconds = static_cast<std::uint64_t>(noon + second);
        world.look(second);
    }
    CHECK(world.told() == Told{"silent none 0 bind [3,-] ", "heard_again none 0 bind [3,20] "});
}

TEST_CASE("an input that never sent anything is silent from the beginning, one that may be silent is never") {
    NoticeWorld world(true, std::chrono::seconds{5});
    for (std::int64_t second = 1; second < 20; ++second) world.look(second);
    CHECK(world.told() == Told{"silent none 0 bind [1,-] ", "silent none 0 nsd [1,-] "});
    NoticeWorld patient;
    for (std::int64_t second = 1; second < 1000; ++second) patient.look(second);
    CHECK(patient.told().empty());
}

TEST_CASE("what the agent posts comes into the log at once and in order") {
    NoticeWorld world;
    world.look(1);
    world.notices->post(NoticeKind::started, "1.2.3");
    world.notices->post(NoticeKind::upgraded, "1.2.2 to 1.2.3");
    CHECK(world.notices->posted() == 2);
    world.look(1);
    CHECK(world.notices->posted() == 0);
    CHECK(world.told() == Told{"started none 0  [-,-] 1.2.3", "upgraded none 0  [-,-] 1.2.2 to 1.2.3"});
}

TEST_CASE("what the spool does not take is told when it does, each once") {
    NoticeWorld world;
    world.spool.reset();
    world.spool.emplace(SpoolOptions{.directory = world.folder.path() / "spool",
                                     .when_full = WhenFull::drop_newest,
                                     .tail_bytes = 0,
                                     .disk_retry = {}},
                        world.disk);
    world.look(1);
    world.disk.write_error = EIO;
    world.reject(0, FrameRejection::ring_full, 3);
    world.look(2);
    CHECK(world.notices->appended() == 1);  // in memory alone, which is full then
    world.reject(0, FrameRejection::ring_full, 4);
    world.look(3);
    world.reject(0, FrameRejection::ring_full, 5);
    world.look(4);
    CHECK(world.notices->appended() == 1);
    world.disk.write_error = 0;
    for (std::int64_t second = 5; second < 9; ++second) world.look(second);
    CHECK(world.told() == Told{"gap ring 3 bind [1,2] ", "gap ring 4 bind [2,3] ", "gap ring 5 bind [3,6] "});
}

TEST_CASE("switched off, nothing comes into the log") {
    NoticeWorld world(false, std::chrono::seconds{1});
    world.notices->post(NoticeKind::started, "1.2.3");
    world.reject(0, FrameRejection::ring_full, 3);
    for (std::int64_t second = 1; second < 20; ++second) world.look(second);
    CHECK(number(world.spool->end()) == 1);
    CHECK(world.notices->posted() == 0);
}

TEST_CASE("intake brings what is posted into the log while nothing comes, and counts it apart from frames") {
    IntakeOptions options;
    options.notices = true;
    IntakeWorld world(options);
    world.intake().post(NoticeKind::started, "1.2.3");
    CHECK(wait_until([&] { return world.intake().notices_appended() == 1; }));
    CHECK(world.counters().frames_appended == 0);
}

}  // namespace tapferry::test
