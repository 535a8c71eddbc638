// A spool whose disk a test takes away and gives back.
#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <string>

#include "tests/spool/faulty_disk.h"
#include "tests/spool/spool_fixture.h"

namespace tapferry {

// Each frame of 100 bytes in a block of its own takes 300 bytes of memory.
inline constexpr std::size_t memory_of_a_block = 192 + 8 + 100;

class LogWithoutDisk {
  public:
    // Memory for so many blocks of a frame of 100 bytes.
    explicit LogWithoutDisk(std::size_t blocks = 100, WhenFull when_full = WhenFull::drop_oldest) {
        options = small_spool(folder, 1000);
        options.tail_bytes = blocks * memory_of_a_block;
        options.when_full = when_full;
        open();
    }
    void open(Position highest = first_position) {
        spool.reset();
        spool = std::make_unique<Spool>(options, disk, highest, clocks);
    }
    void append(int frames) {
        for (int i = 0; i < frames; ++i) REQUIRE(append_frames(*spool, {100}).appended);
    }
    void second_passes() {
        clocks.pass(std::chrono::milliseconds(1000));
        spool->tick();
    }
    [[nodiscard]] std::string files() const { return read_all(options.directory).text; }

    TemporaryFolder folder;
    SpoolOptions options;
    FaultyDisk disk;
    ManualClocks clocks;
    std::unique_ptr<Spool> spool;
};

}  // namespace tapferry
