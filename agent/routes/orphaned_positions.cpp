#include "agent/routes/orphaned_positions.h"

#include <chrono>
#include <system_error>
#include <vector>

#include "agent/log.h"
#include "agent/spool/saved_position.h"

namespace tapferry {
namespace {

constexpr std::chrono::hours kept{7 * 24};

bool is_position(const std::filesystem::directory_entry& entry) {
    std::error_code error;
    return !entry.is_symlink(error) && entry.is_regular_file(error) &&
           entry.file_size(error) == position_file_bytes;
}

}  // namespace

void look_after_orphans(const std::filesystem::path& directory, const std::set<std::string>& destinations,
                        std::filesystem::file_time_type now, Log& log) {
    std::error_code error;
    std::vector<std::filesystem::directory_entry> orphans;
    for (const auto& entry : std::filesystem::directory_iterator(directory, error))
        if (is_position(entry) && !destinations.contains(entry.path().filename().string()))
            orphans.push_back(entry);
    for (const auto& entry : orphans) {
        const std::string name = entry.path().filename().string();
        const auto written = entry.last_write_time(error);
        if (!error && now - written > kept) {
            if (std::filesystem::remove(entry.path(), error))
                log.info(name, "has not been a destination for a week: its saved position is forgotten");
            continue;
        }
        log.warn(name, "is no longer a destination; its saved position in " + entry.path().string() +
                           " holds nothing back, and is forgotten after a week");
    }
}

}  // namespace tapferry
