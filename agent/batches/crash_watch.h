// A frame that crashes the program must not do so at each start for ever: a thread that crashes while it
// decodes or renders notes in its route's position file which frame that was, and a frame at which it crashed
// twice is not touched again, until another version or configuration may do better. Who is killed notes
// nothing.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "agent/spool/crash_notes.h"
#include "agent/spool/position.h"

namespace tapferry {

class Log;

// From now on threads that are watched note their crashes; of the whole process, once.
void watch_for_crashes();

class CrashWatch {
  public:
    // Keeps no notes.
    CrashWatch() = default;
    // Keeps them in that file, which must outlive it.
    void keep_in(CrashNotesFile& file, CrashedUnder under);
    // What the threads of other routes noted.
    void heed(const CrashNotes& others);
    // What earlier processes noted of frames from there on.
    void tell(Log& log, const std::string& destination, Position from) const;

    // While it lives, its thread is at this frame, at first to decode it. They nest.
    class AtFrame {
      public:
        AtFrame(CrashWatch& watch, std::uint64_t sequence)
            : watch_(watch), before_(watch.at_.load(std::memory_order_relaxed)) {
            watch_.go_to(sequence << 1 | 1);
        }
        ~AtFrame() { watch_.go_to(before_); }
        AtFrame(const AtFrame&) = delete;
        AtFrame& operator=(const AtFrame&) = delete;
        void decoded() { watch_.go_to(watch_.at_.load(std::memory_order_relaxed) & ~std::uint64_t{1}); }

      private:
        CrashWatch& watch_;
        const std::uint64_t before_;
    };
    // Whether this frame is not to be touched: two threads crashed when they decoded it, whatever their
    // routes; or two at all, and one of them was this one's.
    [[nodiscard]] bool condemns(std::uint64_t sequence) const {
        return !(notes_.all().empty() && others_.empty()) && is_condemned(sequence);
    }
    // Why.
    [[nodiscard]] std::string words_of(std::uint64_t sequence) const;

    // While it lives, the crashes of the thread that made it are noted.
    class ThisThread {
      public:
        explicit ThisThread(CrashWatch& watch);
        ~ThisThread();
        ThisThread(const ThisThread&) = delete;
        ThisThread& operator=(const ThisThread&) = delete;

      private:
        struct Stack;
        std::unique_ptr<Stack> stack_;  // where the note is written when the thread's own is used up
    };
    // Its thread crashes, here and now.
    void crashed(int signal) noexcept;

  private:
    void go_to(std::uint64_t at) {
        at_.store(at, std::memory_order_relaxed);
        std::atomic_signal_fence(std::memory_order_seq_cst);
    }
    [[nodiscard]] bool is_condemned(std::uint64_t sequence) const;
    // Of all routes together.
    [[nodiscard]] CrashNote sum_of(std::uint64_t sequence) const;

    CrashNotesFile* file_ = nullptr;
    CrashNotes notes_;
    std::vector<CrashNote> others_;
    std::atomic<std::uint64_t> at_ = 0;  // twice a frame's number, and one more while it is decoded; 0: none
};

}  // namespace tapferry
