// Processor time per frame of appending to the spool and of reading from it: 190-byte frames in full blocks,
// segments trimmed when read. One reader is a few blocks behind and reads memory, as in an agent whose
// destinations keep up; another is a burst behind and reads files.
//
//   spool_bench [million frames]

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "agent/spool/disk.h"
#include "agent/spool/reader.h"
#include "agent/spool/spool.h"
#include "tests/bench/processor_time.h"
#include "tests/support/temporary_folder.h"

namespace {

using namespace tapferry;

constexpr std::size_t frame_bytes = 190;
constexpr std::uint64_t burst_frames = 100'000;
constexpr std::uint64_t bursts_in_memory = 10;  // of which each fits into memory

// Appends so many frames, a block at a time. False when the disk did not take them.
bool append_frames(Spool& spool, BlockBuilder& block, const std::vector<std::uint8_t>& frame,
                   std::uint64_t frames) {
    const auto flush = [&] {
        const bool appended = spool.append(block, {}).appended;
        block.clear();
        return appended;
    };
    for (std::uint64_t i = 0; i < frames; ++i) {
        if (!block.has_room(frame.size()) && !flush()) return false;
        block.add(1, frame);
    }
    return flush();
}

// Frames up to the end of the log, and a sum of their bytes so that they are really looked at.
std::uint64_t read_burst(SpoolReader& reader, std::uint64_t& sum) {
    std::uint64_t frames = 0;
    for (;;) {
        const SpoolRead read = reader.next();
        const auto* block = std::get_if<SpoolBlock>(&read);
        if (block == nullptr) return frames;
        for (const SpoolFrame& frame : block->frames) sum += frame.bytes[frame.bytes.size() / 2];
        frames += block->frames.size();
    }
}

}  // namespace

int main(int argc, char** argv) {
    const std::uint64_t millions = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 10;
    const TemporaryFolder folder(std::filesystem::temp_directory_path());
    SpoolOptions options;
    options.directory = folder.path();
    options.min_free_bytes = 0;
    double append_seconds = 0;
    double memory_seconds = 0;
    double file_seconds = 0;
    std::uint64_t frames = 0;
    std::uint64_t sum = 0;
    {
        Spool spool(options, posix_disk());
        spool.open_stream(1, "bench", "");
        SpoolReader files(options.directory, posix_disk(), first_position);
        SpoolReader memory = spool.reader(first_position);
        BlockBuilder block;
        const std::vector<std::uint8_t> frame(frame_bytes, 'x');
        while (frames < millions * 1'000'000) {
            for (std::uint64_t i = 0; i < bursts_in_memory; ++i) {
                const double begin = processor_seconds();
                if (!append_frames(spool, block, frame, burst_frames / bursts_in_memory)) return 1;
                const double appended = processor_seconds();
                frames += read_burst(memory, sum);
                memory_seconds += processor_seconds() - appended;
                append_seconds += appended - begin;
            }
            const double begin = processor_seconds();
            static_cast<void>(read_burst(files, sum));
            file_seconds += processor_seconds() - begin;
            spool.trim(files.position());
        }
    }
    const double per_frame = 1e9 / static_cast<double>(frames);
    std::printf("append %.1f ns, read from memory %.1f ns, from files %.1f ns of processor time a frame ",
                append_seconds * per_frame, memory_seconds * per_frame, file_seconds * per_frame);
    std::printf("(%llu frames of %zu bytes, sum %llu)\n", static_cast<unsigned long long>(frames),
                frame_bytes, static_cast<unsigned long long>(sum));
    return 0;
}
