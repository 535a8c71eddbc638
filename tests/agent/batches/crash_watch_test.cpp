#include "agent/batches/crash_watch.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <thread>

#include "agent/log.h"
#include "agent/spool/disk.h"
#include "agent/spool/saved_position.h"
#include "tests/support/temporary_folder.h"

namespace tapferry {
namespace {

constexpr CrashedUnder program{7, 8};

// A position file, and processes that end in different ways while they are watched.
class Watched {
  public:
    Watched() { const PositionFile made(path(), posix_disk()); }
    // How a process ended that did this; nothing of the sanitizers' or the tests' own is in its way.
    int end_of(const std::function<void(CrashWatch&)>& what) const {
        const pid_t child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            for (const int signal : {SIGSEGV, SIGABRT, SIGILL, SIGFPE, SIGBUS, SIGTERM})
                (void)std::signal(signal, SIG_DFL);
            stack_t none{};
            none.ss_flags = SS_DISABLE;
            ::sigaltstack(&none, nullptr);
            (void)::freopen("/dev/null", "w", stderr);
            CrashNotesFile file(path(), posix_disk());
            watch_for_crashes();
            CrashWatch watch;
            watch.keep_in(file, program);
            const CrashWatch::ThisThread watched(watch);
            what(watch);
            ::_exit(0);
        }
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        return status;
    }
    CrashNotes notes() const { return CrashNotesFile(path(), posix_disk()).load(program); }
    bool noted(std::uint64_t sequence, std::uint32_t times) const {
        const CrashNotes all = notes();
        return all.all().size() == 1 && all.find(sequence) != nullptr && all.find(sequence)->times == times;
    }
    std::string path() const { return folder_.path("siem"); }

  private:
    TemporaryFolder folder_;
};

void fault() {
    volatile std::uintptr_t nowhere = 8;
    *reinterpret_cast<volatile int*>(nowhere) = 1;
}

int use_the_stack_up(int depth) {
    std::array<volatile char, 1024> used{};
    used[static_cast<std::size_t>(depth) % used.size()] = 1;
    return depth < 0 ? 0 : use_the_stack_up(depth + 1) + used[0];
}

TEST_CASE("a thread that crashes at a frame notes it, and ends as it would have") {
    const struct {
        int signal;
        std::function<void()> crash;
    } crashes[] = {{SIGSEGV, fault},
                   {SIGABRT, [] { std::abort(); }},
                   {SIGABRT, [] { std::terminate(); }},
                   {SIGSEGV, [] { std::exit(use_the_stack_up(1)); }},
                   {SIGILL, [] { (void)std::raise(SIGILL); }},
                   {SIGFPE, [] { (void)std::raise(SIGFPE); }}};
    for (const auto& [signal, crash] : crashes) {
        CAPTURE(signal);
        const Watched watched;
        const int status = watched.end_of([&](CrashWatch& watch) {
            const CrashWatch::AtFrame at(watch, 42);
            crash();
        });
        CHECK(WIFSIGNALED(status));
        CHECK(WTERMSIG(status) == signal);
        REQUIRE(watched.noted(42, 1));
        CHECK(watched.notes().find(42)->signal == static_cast<std::uint32_t>(signal));
    }
}

TEST_CASE("who is killed from outside blames no frame, whatever the signal") {
    for (const int signal : {SIGKILL, SIGSEGV, SIGABRT, SIGTERM}) {
        CAPTURE(signal);
        const Watched watched;
        const int status = watched.end_of([&](CrashWatch& watch) {
            const CrashWatch::AtFrame at(watch, 42);
            const pid_t parent = ::getpid();
            if (::fork() == 0) {
                ::kill(parent, signal);
                ::_exit(0);
            }
            for (;;) ::pause();
        });
        CHECK(WIFSIGNALED(status));
        CHECK(WTERMSIG(status) == signal);
        CHECK(watched.notes().all().empty());
    }
}

TEST_CASE("a crash between frames, or in a thread that is not watched, blames no frame") {
    const Watched watched;
    int status = watched.end_of([](CrashWatch& watch) {
        { const CrashWatch::AtFrame at(watch, 42); }
        fault();
    });
    CHECK(WIFSIGNALED(status));
    CHECK(watched.notes().all().empty());
    status = watched.end_of([](CrashWatch& watch) {
        const CrashWatch::AtFrame at(watch, 42);
        std::thread(fault).join();
    });
    CHECK(WIFSIGNALED(status));
    CHECK(watched.notes().all().empty());
}

TEST_CASE("a failure of mapped memory blames no frame") {
    const Watched watched;
    const int status = watched.end_of([](CrashWatch& watch) {
        const CrashWatch::AtFrame at(watch, 42);
        (void)std::raise(SIGBUS);
    });
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGBUS);
    CHECK(watched.notes().all().empty());
}

TEST_CASE("of frames within a frame the innermost is blamed, and then the outer one again") {
    const Watched inner;
    (void)inner.end_of([](CrashWatch& watch) {
        const CrashWatch::AtFrame outside(watch, 42);
        const CrashWatch::AtFrame inside(watch, 17);
        fault();
    });
    CHECK(inner.noted(17, 1));
    const Watched outer;
    (void)outer.end_of([](CrashWatch& watch) {
        const CrashWatch::AtFrame outside(watch, 42);
        { const CrashWatch::AtFrame inside(watch, 17); }
        fault();
    });
    CHECK(outer.noted(42, 1));
}

TEST_CASE("a frame is condemned when the program crashed at it twice, and no other is") {
    const Watched watched;
    const auto crash = [](CrashWatch& watch) {
        const CrashWatch::AtFrame at(watch, 42);
        fault();
    };
    for (std::uint32_t times = 1; times <= 3; ++times) {
        (void)watched.end_of(crash);
        CHECK(watched.noted(42, times));
        CrashNotesFile file(watched.path(), posix_disk());
        CrashWatch watch;
        watch.keep_in(file, program);
        CHECK(watch.condemns(42) == (times >= 2));
        CHECK_FALSE(watch.condemns(41));
        CHECK(watch.words_of(42).find("crashed " + std::to_string(times) + " times") != std::string::npos);
        CHECK(watch.words_of(42).find("(SIGSEGV)") != std::string::npos);
        watch.keep_in(file, {program.version, 9});
        CHECK_FALSE(watch.condemns(42));
    }
}

TEST_CASE("it is told whether the frame was being decoded, where all routes do the same") {
    for (const bool decoding : {true, false}) {
        const Watched watched;
        (void)watched.end_of([&](CrashWatch& watch) {
            CrashWatch::AtFrame at(watch, 42);
            if (!decoding) at.decoded();
            fault();
        });
        REQUIRE(watched.noted(42, 1));
        CHECK(watched.notes().find(42)->decoding == (decoding ? 1 : 0));
    }
}

TEST_CASE(
    "what other routes could not decode is condemned, and what they could not render is when this one could "
    "not either") {
    const auto notes_of = [](std::uint64_t sequence, bool decoding, int times) {
        CrashNotes notes(program);
        for (int i = 0; i < times; ++i) notes.add(sequence, decoding, SIGSEGV);
        return notes;
    };
    const TemporaryFolder folder;
    const PositionFile made(folder.path("siem"), posix_disk());
    CrashNotesFile file(folder.path("siem"), posix_disk());
    const auto condemns = [&](const CrashNotes& own, std::initializer_list<CrashNotes> others) {
        file.save(own);
        CrashWatch watch;
        watch.keep_in(file, program);
        for (const CrashNotes& other : others) watch.heed(other);
        return watch.condemns(42);
    };
    const CrashNotes none(program);
    CHECK_FALSE(condemns(none, {}));
    CHECK_FALSE(condemns(none, {notes_of(42, true, 1)}));
    CHECK(condemns(none, {notes_of(42, true, 2)}));
    CHECK(condemns(none, {notes_of(42, true, 1), notes_of(42, true, 1)}));
    CHECK(condemns(notes_of(42, true, 1), {notes_of(42, true, 1)}));
    CHECK_FALSE(condemns(none, {notes_of(42, false, 9)}));
    CHECK_FALSE(condemns(notes_of(42, false, 1), {notes_of(41, false, 9)}));
    CHECK(condemns(notes_of(42, false, 1), {notes_of(42, false, 1)}));
    CHECK(condemns(notes_of(42, false, 2), {}));
}

}  // namespace
}  // namespace tapferry
