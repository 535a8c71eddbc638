#include "agent/routes/position_keeper.h"

#include <doctest/doctest.h>
#include <fcntl.h>

#include <csignal>
#include <filesystem>

#include "agent/batches/crash_watch.h"
#include "agent/log.h"
#include "agent/routes/route_report.h"
#include "tests/agent/filled_spool.h"
#include "transports/network/descriptor.h"

namespace tapferry {
namespace {

using namespace test;

TEST_CASE("when a position file was removed, crashes are noted in the one that is made anew") {
    FilledSpool log;
    const std::string path = log.path("siem.position");
    const auto destination = json_destination(StdoutOptions{});
    const Descriptor nowhere(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    Log agent_log({}, nowhere.get());
    RouteReport report(destination, {}, agent_log);
    PositionKeeper keeper(path, posix_disk(), log.spool());
    const SavedPosition place = keeper.load(destination, agent_log);
    keeper.save(place, report);
    CrashWatch watch;
    keeper.keep_notes_of(watch, destination, agent_log);
    const auto crash_at = [&watch](std::uint64_t sequence) {
        const CrashWatch::AtFrame at(watch, sequence);
        watch.crashed(SIGSEGV);
    };
    const auto is_noted = [&](std::uint64_t sequence) {
        return CrashNotesFile(path, posix_disk())
                   .load(PositionKeeper::notes_hold_for(destination))
                   .find(sequence) != nullptr;
    };
    crash_at(3);
    REQUIRE(is_noted(3));
    REQUIRE(std::filesystem::remove(path));
    keeper.save(place, report);
    REQUIRE(!is_noted(3));
    crash_at(7);
    CHECK(is_noted(3));
    CHECK(is_noted(7));
}

}  // namespace
}  // namespace tapferry
