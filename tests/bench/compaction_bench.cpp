// What compressing a backlog saves and costs: a capture's frames, over and over, in segments as an agent
// writes them; then rewritten as the Compactor does; read before and after. Processor time.
//
//   compaction_bench CAPTURE [million frames]

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "agent/spool/compaction.h"
#include "agent/spool/disk.h"
#include "agent/spool/reader.h"
#include "agent/spool/spool.h"
#include "tests/bench/processor_time.h"
#include "tests/support/frame_streams_file.h"
#include "tests/support/temporary_folder.h"

namespace {

using namespace tapferry;

struct Reading {
    std::uint64_t frames = 0;
    std::uint64_t sum = 0;
    double seconds = 0;
};

Reading read_all(const std::filesystem::path& directory) {
    Reading reading;
    SpoolReader reader(directory, posix_disk(), first_position);
    const double begin = processor_seconds();
    for (;;) {
        const SpoolRead read = reader.next();
        const auto* block = std::get_if<SpoolBlock>(&read);
        if (block == nullptr) break;
        for (const SpoolFrame& frame : block->frames) reading.sum += frame.bytes[frame.bytes.size() / 2];
        reading.frames += block->frames.size();
    }
    reading.seconds = processor_seconds() - begin;
    return reading;
}

void fill(Spool& spool, const std::vector<test::Frame>& frames, std::uint64_t count) {
    BlockBuilder block;
    std::int64_t blocks = 0;
    const auto flush = [&] {
        if (!spool.append(block, {1'700'000'000 + blocks++ / 50, 0}).appended) std::exit(1);
        block.clear();
    };
    spool.open_stream(1, "bench", "");
    for (std::uint64_t i = 0; i < count; ++i) {
        const test::Frame& frame = frames[i % frames.size()];
        if (!block.has_room(frame.size())) flush();
        block.add(1, frame);
    }
    flush();
}

void tell(const char* what, const Reading& reading) {
    std::printf("%s: %.0f ns a frame, %.2f million frames a second of processor time\n", what,
                reading.seconds / static_cast<double>(reading.frames) * 1e9,
                static_cast<double>(reading.frames) / reading.seconds / 1e6);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    const std::uint64_t millions = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 2;
    const auto frames = test::read_frame_streams_file(argv[1]);
    if (frames.empty()) return 1;
    const TemporaryFolder folder(std::filesystem::temp_directory_path());
    {
        SpoolOptions options;
        options.directory = folder.path();
        options.max_bytes = 64ull << 30;
        Spool spool(options, posix_disk());
        fill(spool, frames, millions * 1'000'000);
        const Reading before = read_all(options.directory);
        std::uint64_t old_bytes = 0;
        std::uint64_t new_bytes = 0;
        const std::atomic<bool> not_stopped{false};
        const double begin = processor_seconds();
        for (const SealedSegment& segment : spool.sealed()) {
            const auto outcome = rewrite_segment(options.directory, segment, posix_disk(), not_stopped);
            if (outcome.result != Rewriting::written) continue;
            if (spool.replace(segment.name, rewritten_path(options.directory, segment.name), outcome.bytes) !=
                0)
                return 1;
            old_bytes += segment.bytes;
            new_bytes += outcome.bytes;
        }
        const double seconds = processor_seconds() - begin;
        const Reading after = read_all(options.directory);
        if (before.sum != after.sum || before.frames != after.frames || new_bytes == 0) return 1;
        std::printf("compressed %.0f MB to %.0f MB, %.2f times as small, %.2f s of processor time a GB\n",
                    static_cast<double>(old_bytes) / 1e6, static_cast<double>(new_bytes) / 1e6,
                    static_cast<double>(old_bytes) / static_cast<double>(new_bytes),
                    seconds / static_cast<double>(old_bytes) * 1e9);
        tell("read as it was written", before);
        tell("read compressed", after);
    }
    return 0;
}
