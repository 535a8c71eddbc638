#include "tests/spool/spool_fixture.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "agent/spool/little_endian.h"

namespace tapferry {
namespace {

// The number, cut to the frame's size, and then bytes that follow from it.
std::uint8_t numbered_byte(std::uint64_t position, std::size_t i) {
    return static_cast<std::uint8_t>(i < 8 ? position >> (8 * i) : (position * 31 + i * 7) ^ (i >> 8));
}

}  // namespace

SpoolOptions small_spool(const TemporaryFolder& folder, std::uint64_t segment_bytes) {
    SpoolOptions options;
    options.directory = folder.path() / "spool";
    options.segment_bytes = segment_bytes;
    // Rolling by age is tested where it is meant, never by how long a test takes.
    options.segment_age = std::chrono::hours(24);
    options.max_age = std::chrono::milliseconds(0);
    options.min_free_bytes = 0;
    return options;
}

Bytes numbered_frame(Position position, std::size_t size) {
    Bytes frame(size);
    for (std::size_t i = 0; i < size; ++i) frame[i] = numbered_byte(number(position), i);
    return frame;
}

bool is_numbered_frame(const SpoolFrame& frame) {
    for (std::size_t i = 0; i < frame.bytes.size(); ++i) {
        if (frame.bytes[i] != numbered_byte(number(frame.position), i)) return false;
    }
    return true;
}

bool append_time(Spool& spool, std::int64_t seconds) {
    spool.wait_for_time(true);
    const bool appended = spool.append_time({seconds, 0});
    spool.wait_for_time(false);
    return appended;
}

AppendOutcome append_frames(Spool& spool, const std::vector<std::size_t>& sizes, std::uint32_t stream) {
    BlockBuilder block;
    Position position = spool.end();
    for (const std::size_t size : sizes) {
        block.add(stream, numbered_frame(position, size));
        position = position + 1;
    }
    return spool.append(block, Timestamp{1'700'000'000, 5});
}

Account read_all(SpoolReader& reader) {
    Account account;
    Position expected = reader.position();
    for (;;) {
        const SpoolRead read = reader.next();
        if (std::holds_alternative<SpoolEnd>(read)) break;
        if (std::holds_alternative<SpoolTime>(read)) {
            ++account.times;
            continue;
        }
        if (!account.text.empty()) account.text += ' ';
        if (const auto* gap = std::get_if<SpoolGap>(&read)) {
            account.contiguous = account.contiguous && gap->from == expected && gap->to > gap->from;
            account.lost += distance(gap->from, gap->to);
            account.text += std::to_string(number(gap->from)) + "-" + std::to_string(number(gap->to) - 1) +
                            "(" + std::string(loss_reason_name(gap->reason)) + ")";
            expected = gap->to;
        } else {
            const auto& block = std::get<SpoolBlock>(read);
            account.text += std::to_string(number(expected));
            for (const SpoolFrame& frame : block.frames) {
                account.contiguous = account.contiguous && frame.position == expected;
                account.wrong += is_numbered_frame(frame) ? 0 : 1;
                ++account.frames;
                expected = expected + 1;
            }
            account.text += "-" + std::to_string(number(expected) - 1);
        }
        account.contiguous = account.contiguous && reader.position() == expected;
    }
    return account;
}

Account read_all(const std::filesystem::path& directory, Position from) {
    SpoolReader reader(directory, posix_disk(), from);
    return read_all(reader);
}

std::vector<std::filesystem::path> segment_files(const std::filesystem::path& directory) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
        if (entry.path().extension() == ".segment") files.push_back(entry.path());
    }
    std::ranges::sort(files);
    return files;
}

Bytes read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return Bytes(std::istreambuf_iterator<char>(file), {});
}

// In place: a file that is cut to nothing and written anew is flushed by some file systems when it is closed.
void write_file(const std::filesystem::path& path, const Bytes& bytes) {
    std::ofstream file(path, std::ios::binary | std::ios::app);
    file.close();
    file.open(path, std::ios::binary | std::ios::in | std::ios::out);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    file.close();
    std::filesystem::resize_file(path, bytes.size());
}

}  // namespace tapferry
