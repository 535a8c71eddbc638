#include "agent/routes/orphaned_positions.h"

#include <doctest/doctest.h>
#include <fcntl.h>

#include <fstream>

#include "agent/log.h"
#include "agent/spool/disk.h"
#include "agent/spool/saved_position.h"
#include "tests/transports/transport_fixture.h"
#include "transports/network/descriptor.h"

namespace tapferry {
namespace {

using FileClock = std::filesystem::file_time_type::clock;

class Positions {
  public:
    void make(const std::string& name) { PositionFile(path(name), posix_disk()); }
    [[nodiscard]] std::string path(const std::string& name) const {
        return folder_.path("positions/" + name);
    }
    [[nodiscard]] bool has(const std::string& name) const { return std::filesystem::exists(path(name)); }
    void look(FileClock::time_point now) {
        look_after_orphans(folder_.path("positions"), {"siem"}, now, log_);
    }
    [[nodiscard]] std::string told() const { return content_of(folder_.path("log")); }

  private:
    TemporaryFolder folder_;
    const bool made_ = std::filesystem::create_directory(folder_.path("positions"));
    Descriptor file_{::open(folder_.path("log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)};
    Log log_{{LogLevel::info, LogFormat::text}, file_.get()};
};

}  // namespace

TEST_CASE("a saved position that is no destination's is told, kept for a week, and then goes") {
    Positions positions;
    positions.make("siem");
    positions.make("old");
    const auto now = FileClock::now();
    positions.look(now);
    CHECK(positions.told().find("old") != std::string::npos);
    CHECK(positions.told().find("siem") == std::string::npos);
    positions.look(now + std::chrono::hours(6 * 24));
    CHECK(positions.has("old"));
    positions.look(now + std::chrono::hours(8 * 24));
    CHECK_FALSE(positions.has("old"));
    CHECK(positions.has("siem"));
}

TEST_CASE("what is no saved position is left alone") {
    Positions positions;
    positions.make("old");
    std::ofstream(positions.path("README")) << "not ours";
    std::filesystem::create_directory(positions.path("folder"));
    std::filesystem::create_symlink("old", positions.path("link"));
    positions.look(FileClock::now() + std::chrono::hours(365 * 24));
    CHECK_FALSE(positions.has("old"));
    CHECK(positions.has("README"));
    CHECK(positions.has("folder"));
    CHECK(std::filesystem::is_symlink(positions.path("link")));
}

}  // namespace tapferry
