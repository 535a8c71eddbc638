// What the tests of compressing a backlog share: logs to be compressed, the compressing, and what a reader
// gives of a log before and after.
#pragma once

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "agent/spool/compaction.h"
#include "tests/spool/spool_fixture.h"

namespace tapferry {

inline const std::atomic<bool> not_stopped{false};

// Everything that a reader gives from a position on, in words.
inline std::string reading(const std::filesystem::path& directory, Position from = first_position) {
    SpoolReader reader(directory, posix_disk(), from);
    std::string text;
    for (;;) {
        const SpoolRead read = reader.next();
        if (std::holds_alternative<SpoolEnd>(read)) return text;
        if (const auto* gap = std::get_if<SpoolGap>(&read)) {
            text += "gap " + std::to_string(number(gap->from)) + "-" + std::to_string(number(gap->to)) + " " +
                    std::string(loss_reason_name(gap->reason)) + "\n";
        } else if (const auto* time = std::get_if<SpoolTime>(&read)) {
            text += "time " + std::to_string(time->received.seconds) + "\n";
        } else if (const auto* notice = std::get_if<SpoolNotice>(&read)) {
            text += "notice " + std::to_string(number(notice->position)) + " " +
                    std::string(notice->notice.words) + "\n";
        } else {
            const auto& block = std::get<SpoolBlock>(read);
            text += "block " + std::to_string(block.incarnation) + " " +
                    std::to_string(block.received.seconds) + "." + std::to_string(block.received.nanoseconds);
            for (const SpoolFrame& frame : block.frames) {
                text += " " + std::to_string(number(frame.position)) + std::string(frame.input) + ":" +
                        std::to_string(frame.bytes.size()) + (is_numbered_frame(frame) ? "" : "!");
            }
            text += "\n";
        }
    }
}

// Rewrites each sealed segment and puts it into its place; returns how many.
inline int compress(Spool& spool, Disk& disk = posix_disk()) {
    int compressed = 0;
    for (const SealedSegment& segment : spool.sealed()) {
        const RewriteOutcome outcome = rewrite_segment(spool.directory(), segment, disk, not_stopped);
        if (outcome.result != Rewriting::written) continue;
        REQUIRE(outcome.bytes == std::filesystem::file_size(rewritten_path(spool.directory(), segment.name)));
        if (spool.replace(segment.name, rewritten_path(spool.directory(), segment.name), outcome.bytes) == 0)
            ++compressed;
    }
    return compressed;
}

inline bool leftovers(const std::filesystem::path& directory) {
    for (const auto& entry : std::filesystem::directory_iterator(directory))
        if (entry.path().extension() == ".new") return true;
    return false;
}

inline void append_at(Spool& spool, std::int64_t seconds, const std::vector<std::size_t>& sizes,
                      std::uint32_t stream) {
    BlockBuilder block;
    Position position = spool.end();
    for (const std::size_t size : sizes) {
        block.add(stream, numbered_frame(position, size));
        position = position + 1;
    }
    REQUIRE(spool.append(block, {seconds, static_cast<std::uint32_t>(sizes.size())}).appended);
}

inline void append_notice(Spool& spool, std::string_view words) {
    Notice notice;
    notice.words = words;
    REQUIRE(spool.append_notice(notice, "bind", {1'000, 0}).appended);
}

// Two segments with blocks of every type, and an active one; 60 frames.
class Log {
  public:
    Log() {
        {
            Spool before(small_spool(folder_), posix_disk());
            append_at(before, 5, {200, 200}, 9);
        }
        open(Position{6});  // 3 to 5 are lost to power
        spool().open_stream(1, "bind", "p");
        for (int i = 0; i < 10; ++i) {
            append_at(spool(), 1000 + i, {300, 400, 0}, i % 2 == 0 ? 1u : 2u);
            if (i % 3 == 0) REQUIRE(append_time(spool(), 1000 + i));
            if (i == 4) spool().open_stream(2, "unbound", "q");
            if (i == 6) append_notice(spool(), "why");
        }
        open(first_position);
        for (int i = 0; i < 25; ++i) append_at(spool(), 2000 - i, {500}, 1);
    }
    void open(Position highest) {
        spool_.reset();
        spool_.emplace(small_spool(folder_), posix_disk(), highest);
    }
    [[nodiscard]] Spool& spool() { return *spool_; }
    [[nodiscard]] std::filesystem::path directory() const { return folder_.path() / "spool"; }

  private:
    TemporaryFolder folder_;
    std::optional<Spool> spool_;
};

// A log of one segment of several packed blocks, in which a test may change any byte.
class PackedSegment {
  public:
    PackedSegment() {
        Spool spool(small_spool(folder_), posix_disk());
        spool.open_stream(1, "bind", "p");
        for (int i = 0; i < 40; ++i) {
            append_at(spool, 1000 + i, {300, 30, 20}, 1);
            if (i % 10 == 9) REQUIRE(append_time(spool, 1100 + i));
        }
        end = spool.end();
        spool_options = small_spool(folder_);
        spool_options.segment_age = std::chrono::milliseconds(0);
    }
    void compress_and_keep() {
        Spool spool(spool_options, posix_disk());
        REQUIRE(compress(spool) == 1);
        file = segment_files(directory()).at(0);
        bytes = read_file(file);
    }
    [[nodiscard]] std::filesystem::path directory() const { return folder_.path() / "spool"; }

    SpoolOptions spool_options;
    Position end{};
    std::filesystem::path file;
    Bytes bytes;

  private:
    TemporaryFolder folder_;
};

}  // namespace tapferry
