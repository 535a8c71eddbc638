// Processor time per frame of appending to the spool and of reading from it: 190-byte frames in full blocks,
// the reader one segment behind, segments trimmed when read, as in an agent whose destinations keep up.
//
//   spool_bench [million frames]

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <string>
#include <vector>

#include "agent/spool/disk.h"
#include "agent/spool/reader.h"
#include "agent/spool/spool.h"

namespace {

using namespace tapferry;

constexpr std::size_t frame_bytes = 190;
constexpr std::uint64_t burst_frames = 100'000;

double processor_seconds() {
    timespec now{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// Appends a burst, a block at a time. False when the disk did not take it.
bool append_burst(Spool& spool, BlockBuilder& block, const std::vector<std::uint8_t>& frame) {
    const auto flush = [&] {
        const bool appended = spool.append(block, {}).appended;
        block.clear();
        return appended;
    };
    for (std::uint64_t i = 0; i < burst_frames; ++i) {
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
    std::string folder = (std::filesystem::temp_directory_path() / "tapferry-bench-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) return 1;
    SpoolOptions options;
    options.directory = folder;
    double append_seconds = 0;
    double read_seconds = 0;
    std::uint64_t frames = 0;
    std::uint64_t sum = 0;
    {
        Spool spool(options, posix_disk());
        spool.open_stream(1, "bench", "");
        SpoolReader reader(options.directory, posix_disk(), first_position);
        BlockBuilder block;
        const std::vector<std::uint8_t> frame(frame_bytes, 'x');
        while (frames < millions * 1'000'000) {
            const double begin = processor_seconds();
            if (!append_burst(spool, block, frame)) return 1;
            const double appended = processor_seconds();
            frames += read_burst(reader, sum);
            read_seconds += processor_seconds() - appended;
            append_seconds += appended - begin;
            spool.trim(reader.position());
        }
    }
    std::filesystem::remove_all(folder);
    const double per_frame = 1e9 / static_cast<double>(frames);
    std::printf(
        "append %.1f ns, read %.1f ns of processor time a frame (%llu frames of %zu bytes, sum %llu)\n",
        append_seconds * per_frame, read_seconds * per_frame, static_cast<unsigned long long>(frames),
        frame_bytes, static_cast<unsigned long long>(sum));
    return 0;
}
