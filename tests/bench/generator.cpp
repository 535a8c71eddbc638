// Sends numbered dnstap frames as a busy DNS server does: bursts of 32 in one write, paced or as fast as the
// socket takes them. Paced, it never waits for the reader: what does not fit a bounded queue is dropped, and
// counted. Prints one JSON object at the end: what was produced, sent and dropped.
#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <exception>
#include <string>
#include <thread>

#include "tests/bench/capture.h"
#include "tests/bench/stream.h"

namespace tapferry::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
    std::string socket;
    std::string capture;
    std::uint64_t frames = 1'000'000;
    std::uint64_t first = 0;       // the first serial number
    std::uint64_t rate = 0;        // frames a second; 0: as fast as the socket takes them
    std::uint64_t burst = 32;      // frames in one write
    std::uint64_t queue = 16'384;  // frames that wait at most, when paced; BIND's largest queue
    bool reconnect = false;        // go on when the connection breaks
};

struct Totals {
    std::uint64_t produced = 0;
    std::uint64_t sent = 0;     // written to the socket to their last byte
    std::uint64_t dropped = 0;  // the queue was full
    std::uint64_t cut = 0;      // frames of a burst that a broken connection cut off; some may have arrived
    std::uint64_t connections = 0;
    bool finished = false;
};

class Generator {
  public:
    explicit Generator(const Options& options)
        : options_(options), capture_(options.capture), stream_(options.socket) {}

    Totals run() {
        const Clock::time_point began = Clock::now();
        if (!stream_.connect())
            throw std::runtime_error(options_.socket + ": nobody takes Frame Streams there");
        totals_.connections = 1;
        while (totals_.produced < options_.frames || !queue_.empty() || !stream_.idle()) {
            produce(Clock::now() - began);
            if (!stream_.connected() && !connect_again()) continue;
            if (stream_.idle() && !fill()) {
                std::this_thread::sleep_until(began + due(totals_.produced + options_.burst));
                continue;
            }
            step();
        }
        totals_.finished = stream_.finish();
        return totals_;
    }

  private:
    // When so many frames must have been produced.
    [[nodiscard]] Clock::duration due(std::uint64_t frames) const {
        if (options_.rate == 0) return Clock::duration::zero();
        const double seconds =
            static_cast<double>(std::min(frames, options_.frames)) / static_cast<double>(options_.rate);
        return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
    }

    void produce(Clock::duration elapsed) {
        std::uint64_t target = options_.frames;
        if (options_.rate == 0) {
            target = std::min(target, totals_.produced + (queue_.empty() ? options_.burst : 0));
        } else {
            const double frames =
                std::chrono::duration<double>(elapsed).count() * static_cast<double>(options_.rate);
            target = std::min(target, static_cast<std::uint64_t>(frames));
            if (target < options_.frames) target -= target % options_.burst;
        }
        for (; totals_.produced < target; ++totals_.produced) {
            if (queue_.size() < options_.queue) {
                queue_.push_back(options_.first + totals_.produced);
            } else {
                ++totals_.dropped;
            }
        }
    }

    // Puts the next burst into the stream's buffer; false when nothing waits.
    bool fill() {
        in_burst_ = std::min<std::uint64_t>(options_.burst, queue_.size());
        for (std::uint64_t i = 0; i < in_burst_; ++i) {
            capture_.append(queue_.front(), stream_.buffer());
            queue_.pop_front();
        }
        return in_burst_ > 0;
    }

    void step() {
        if (!stream_.write_some(1)) {
            if (!options_.reconnect) throw std::runtime_error("the reader closed the connection");
            totals_.cut += in_burst_;
            stream_.disconnect();
        } else if (stream_.idle()) {
            totals_.sent += in_burst_;
            in_burst_ = 0;
        }
    }

    bool connect_again() {
        if (stream_.connect()) {
            ++totals_.connections;
            return true;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        return false;
    }

    Options options_;
    Capture capture_;
    Stream stream_;
    std::deque<std::uint64_t> queue_;  // serial numbers that wait
    std::uint64_t in_burst_ = 0;       // frames in the stream's buffer
    Totals totals_;
};

void print(const Totals& t, double seconds) {
    std::printf(
        "{\"produced\":%llu,\"sent\":%llu,\"dropped\":%llu,\"cut\":%llu,\"connections\":%llu,\"finished\":%s,"
        "\"seconds\":%.3f}\n",
        static_cast<unsigned long long>(t.produced), static_cast<unsigned long long>(t.sent),
        static_cast<unsigned long long>(t.dropped), static_cast<unsigned long long>(t.cut),
        static_cast<unsigned long long>(t.connections), t.finished ? "true" : "false", seconds);
}

}  // namespace
}  // namespace tapferry::bench

int main(int argc, char** argv) {
    tapferry::bench::Options options;
    CLI::App app{"Sends numbered dnstap frames to a unix socket"};
    app.add_option("--socket", options.socket, "Where the reader listens")->required();
    app.add_option("--capture", options.capture, "Frame Streams file to send, again and again")->required();
    app.add_option("--frames", options.frames, "How many frames");
    app.add_option("--first", options.first, "The first serial number");
    app.add_option("--rate", options.rate, "Frames a second; 0: as fast as the socket takes them");
    app.add_option("--burst", options.burst, "Frames in one write")->check(CLI::PositiveNumber);
    app.add_option("--queue", options.queue, "Frames that wait at most")->check(CLI::PositiveNumber);
    app.add_flag("--reconnect", options.reconnect, "Go on when the connection breaks");
    CLI11_PARSE(app, argc, argv);
    try {
        const auto began = std::chrono::steady_clock::now();
        const tapferry::bench::Totals totals = tapferry::bench::Generator(options).run();
        print(totals, std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
        return totals.finished ? 0 : 1;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "generator: %s\n", error.what());
        return 1;
    }
}
