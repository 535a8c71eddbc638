// By hand: what intake costs for each frame, from the socket through the ring into the spool. Prints
// processor time of intake's two threads, not of the sender. Usage: intake_bench [FRAMES] [BYTES A FRAME]
// [FRAMES A WRITE] [FRAMES A SECOND]
#include <sys/resource.h>
#include <time.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "agent/inputs/intake.h"
#include "agent/spool/disk.h"
#include "agent/spool/spool.h"
#include "tests/inputs/sender.h"
#include "tests/support/temporary_folder.h"

namespace tapferry::test {

namespace {

double seconds_of(clockid_t clock) {
    timespec now{};
    ::clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// Processor time and waits of each thread by name, as the kernel counts them.
void print_threads(double frames) {
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
        std::string name;
        std::getline(std::ifstream(task.path() / "comm"), name);
        double nanoseconds = 0;
        std::ifstream(task.path() / "schedstat") >> nanoseconds;
        std::ifstream status(task.path() / "status");
        std::string line;
        while (std::getline(status, line) && !line.starts_with("voluntary")) {
        }
        std::printf("  %-15s %5.0f ns a frame, %s\n", name.c_str(), nanoseconds / frames, line.c_str());
    }
}

int run(long frames, long size, long burst, long rate) {
    TemporaryFolder folder;
    IntakeOptions options;
    options.unix_inputs = {{.name = "bench", .path = folder.path("bench.sock")}};
    std::vector<std::unique_ptr<InputCounters>> counters;
    counters.push_back(std::make_unique<InputCounters>("bench"));
    Spool spool(SpoolOptions{.directory = folder.path("spool")}, posix_disk());
    Intake intake(options, spool, counters, [](const IntakeEvent&) {});
    intake.start();

    const Sender sender(options.unix_inputs[0].path);
    sender.send(ready() + start());
    Bytes block;
    for (long i = 0; i < burst; ++i)
        block = block + data_frame(std::string(static_cast<std::size_t>(size), 'x'));
    const double process_before = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    const double sender_before = seconds_of(CLOCK_THREAD_CPUTIME_ID);
    const double began = seconds_of(CLOCK_MONOTONIC);
    for (long sent = 0; sent < frames; sent += burst) {
        if (rate != 0) {
            const double due = began + static_cast<double>(sent) / static_cast<double>(rate);
            const double wait = due - seconds_of(CLOCK_MONOTONIC);
            const timespec pause{0, static_cast<long>(wait * 1e9)};
            if (wait > 0) ::nanosleep(&pause, nullptr);
        }
        if (!sender.send(block)) return 1;
        // As routes do whose destinations keep up.
        if (sent % (1 << 17) < burst) spool.trim(spool.end());
    }
    sender.send(stop());
    static_cast<void>(sender.receive_all());
    const double wall = seconds_of(CLOCK_MONOTONIC) - began;
    const double mine = seconds_of(CLOCK_THREAD_CPUTIME_ID) - sender_before;
    print_threads(static_cast<double>(frames));
    intake.stop();
    const double cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - process_before - mine;
    const auto received = static_cast<double>(counters[0]->frames_received);
    const auto dropped =
        counters[0]->frames_rejected[static_cast<std::size_t>(FrameRejection::ring_full)].load();
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    std::printf(
        "%.0f frames of %ld bytes: %.0f ns of processor time each, %.0f frames/s, %llu dropped, %ld KiB\n",
        received, size, cpu * 1e9 / received, received / wall, static_cast<unsigned long long>(dropped),
        usage.ru_maxrss);
    return 0;
}

}  // namespace

}  // namespace tapferry::test

int main(int count, char** values) {
    const auto value = [&](int i, long otherwise) { return count > i ? std::atol(values[i]) : otherwise; };
    return tapferry::test::run(value(1, 5'000'000), value(2, 190), value(3, 32), value(4, 0));
}
