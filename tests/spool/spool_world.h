// A spool on a disk in memory, routes and other readers of it, and everything that may befall them, drawn
// from a seed. What they do is told to the models, which say what must be true.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/spool/faulty_disk.h"
#include "tests/spool/memory_disk.h"
#include "tests/spool/spool_fixture.h"
#include "tests/spool/spool_model.h"

namespace tapferry {

class SpoolWorld {
  public:
    explicit SpoolWorld(unsigned seed);
    ~SpoolWorld();

    // Something happens. Throws Broken when a rule does not hold afterwards.
    void step();
    // The disk is there, and everybody reads to the end: of every number each route knows what became of it.
    void end();
    // What happened last, for whoever looks for a mistake.
    [[nodiscard]] std::string_view last_action() const { return last_action_; }

  private:
    static constexpr std::uint64_t much_room = 1'000'000;
    static constexpr std::uint64_t floor_bytes = 100'000;  // of what is to be left free, with some seeds

    struct Action {
        std::string_view name;
        std::uint32_t weight;
        void (SpoolWorld::*act)();
    };
    struct Route {
        std::string name;
        RouteModel model;
        std::unique_ptr<PositionFile> file;
        std::unique_ptr<SpoolReader> reader;
    };
    static const std::vector<Action>& actions();

    // The log and its routes.
    void append();
    void read_route();
    void save_some();
    void try_again();
    void wander();
    void read_files();
    void trim();
    void tell_time();
    void pass_time();
    void compress();
    void change_destinations();
    // What befalls them.
    void end_in_order();
    void be_killed();
    void fail_power();
    void corrupt();
    void remove_files();
    void fail_some_calls();
    void go_away();
    void come_back();
    void change_room();

    void open(bool power_failed);
    void close();
    // Tells the model, when some of what was in memory alone came to the disk and the rest did not.
    void see_what_was_written(std::uint64_t writes_before);
    void die();
    void read(SpoolReader& reader, RouteModel* route, std::uint32_t reads, bool sees_memory);
    void restart_file_readers();
    void add_route();
    void save(Route& route);
    void check_removal(Position begin_before, std::uint64_t bytes_before, std::size_t added) const;
    [[nodiscard]] bool on_disk() const { return spool_->trouble().empty(); }
    [[nodiscard]] bool disturbed() const { return disk_->away != 0 || !disk_->failing_calls.empty(); }
    [[nodiscard]] Position any_position();
    [[nodiscard]] std::filesystem::path newest_segment();
    [[nodiscard]] std::vector<std::filesystem::path> segments();
    // Numbers of the frames that stand in the files, whole.
    [[nodiscard]] std::vector<std::uint64_t> numbers_in_files();
    void lose_what_is_gone(const std::vector<std::uint64_t>& numbers_before);
    [[nodiscard]] std::filesystem::path position_file(const Route& route) const;
    std::uint32_t below(std::uint32_t n) {
        return std::uniform_int_distribution<std::uint32_t>(0, n - 1)(random_);
    }

    std::mt19937 random_;
    const std::filesystem::path state_ = "/state";
    SpoolOptions options_;
    ManualClocks clocks_;
    MemoryDisk memory_{state_};
    std::unique_ptr<FaultyDisk> disk_;  // as one process sees it
    std::unique_ptr<Spool> spool_;
    SpoolModel model_;
    std::vector<Route> routes_;
    unsigned routes_made_ = 0;
    std::unique_ptr<SpoolReader> wanderer_;  // sees memory as a route does, and goes anywhere
    std::vector<SpoolReader> file_readers_;  // of another process
    BlockBuilder block_;
    std::int64_t seconds_ = 1'700'000'000;
    std::string_view last_action_ = "opening";
};

}  // namespace tapferry
