// Counts lines and the serial numbers in them: which came, which came twice, which never. Listens on TCP, or
// reads standard input. Prints one JSON object when it has ended: after --idle-ms without a byte once
// everything expected came, at the end of input, or on SIGTERM. SIGUSR1 makes it go away as a killed receiver
// does, SIGUSR2 come back.
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/capture.h"

namespace tapferry::bench {
namespace {

volatile std::sig_atomic_t told_to_stop = 0;
volatile std::sig_atomic_t told_to_be_away = 0;

class Tally {
  public:
    Tally(std::uint64_t expected, std::uint64_t first) : seen_(expected), first_(first) {}

    void take(std::string_view line) {
        ++lines_;
        static constexpr std::string_view key = "\"identity\":\"";
        const std::size_t at = line.find(key);
        if (at == std::string_view::npos || line.size() < at + key.size() + 1 + serial_digits ||
            line[at + key.size()] != serial_letter) {
            ++foreign_;
            return;
        }
        std::uint64_t serial = 0;
        for (const char digit : line.substr(at + key.size() + 1, serial_digits)) {
            serial = serial * 10 + static_cast<unsigned char>(digit - '0');
        }
        if (serial < first_ || serial - first_ >= seen_.size()) {
            ++foreign_;
            return;
        }
        std::uint8_t& times = seen_[serial - first_];
        if (times == 0) ++unique_;
        if (times < UINT8_MAX) ++times;
        repeated_ += times > 1;
    }

    void add_bytes(std::size_t count) { bytes_ += count; }
    [[nodiscard]] bool complete() const { return unique_ == seen_.size(); }

    void print() const {
        const auto missing = std::find(seen_.begin(), seen_.end(), 0);
        std::printf(
            "{\"lines\":%llu,\"bytes\":%llu,\"unique\":%llu,\"repeated\":%llu,\"foreign\":%llu,\"missing\":%"
            "llu,"
            "\"first_missing\":%lld}\n",
            static_cast<unsigned long long>(lines_), static_cast<unsigned long long>(bytes_),
            static_cast<unsigned long long>(unique_), static_cast<unsigned long long>(repeated_),
            static_cast<unsigned long long>(foreign_),
            static_cast<unsigned long long>(seen_.size() - unique_),
            missing == seen_.end() ? -1LL : static_cast<long long>(missing - seen_.begin()));
    }

  private:
    std::vector<std::uint8_t> seen_;
    std::uint64_t first_;
    std::uint64_t lines_ = 0, bytes_ = 0, unique_ = 0, repeated_ = 0, foreign_ = 0;
};

// One connection's bytes, cut into lines.
class LineReader {
  public:
    // False at the end of the stream.
    bool read_some(int descriptor, Tally& tally) {
        if (buffer_.size() - filled_ < read_size) buffer_.resize(filled_ + read_size);
        const ssize_t count = ::read(descriptor, buffer_.data() + filled_, read_size);
        if (count <= 0) return false;
        tally.add_bytes(static_cast<std::size_t>(count));
        filled_ += static_cast<std::size_t>(count);
        std::string_view rest(buffer_.data(), filled_);
        for (std::size_t end; (end = rest.find('\n')) != std::string_view::npos;
             rest.remove_prefix(end + 1)) {
            tally.take(rest.substr(0, end));
        }
        std::copy(rest.begin(), rest.end(), buffer_.begin());
        filled_ = rest.size();
        return true;
    }

  private:
    static constexpr std::size_t read_size = 256 * 1024;
    std::vector<char> buffer_;
    std::size_t filled_ = 0;
};

int listen_on(std::uint16_t port, const std::string& port_file) {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    if (::bind(listener, reinterpret_cast<sockaddr*>(&address), length) != 0 || ::listen(listener, 16) != 0 ||
        ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
        throw std::runtime_error("cannot listen on 127.0.0.1");
    }
    if (!port_file.empty()) std::ofstream(port_file) << ntohs(address.sin_port) << '\n';
    return listener;
}

std::uint16_t port_of(int listener) {
    sockaddr_in address{};
    socklen_t length = sizeof address;
    ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length);
    return ntohs(address.sin_port);
}

// Closes everything, waits to be called back, and listens on the same port again.
int stay_away(std::vector<pollfd>& polled, std::uint16_t port) {
    for (const pollfd& one : polled) ::close(one.fd);
    while (told_to_be_away != 0 && told_to_stop == 0) ::poll(nullptr, 0, 20);
    return listen_on(port, {});
}

void serve(int listener, int idle_ms, Tally& tally) {
    const std::uint16_t port = port_of(listener);
    std::vector<pollfd> polled{{listener, POLLIN, 0}};
    std::vector<LineReader> readers(1);  // the listener has none; the indices are those of `polled`
    while (told_to_stop == 0) {
        if (told_to_be_away != 0) {
            listener = stay_away(polled, port);
            polled.assign(1, {listener, POLLIN, 0});
            readers.resize(1);
        }
        const int ready = ::poll(polled.data(), polled.size(), idle_ms);
        if (ready == 0 && tally.complete()) return;
        for (std::size_t i = polled.size(); ready > 0 && i-- > 1;) {
            if (polled[i].revents == 0 || readers[i].read_some(polled[i].fd, tally)) continue;
            ::close(polled[i].fd);
            polled.erase(polled.begin() + static_cast<std::ptrdiff_t>(i));
            readers.erase(readers.begin() + static_cast<std::ptrdiff_t>(i));
        }
        if (ready > 0 && polled[0].revents != 0) {
            polled.push_back({::accept(listener, nullptr, nullptr), POLLIN, 0});
            readers.emplace_back();
        }
    }
}

struct Options {
    std::uint64_t frames = 1'000'000;
    std::uint64_t first = 0;
    std::uint16_t port = 0;
    std::string port_file;
    int idle_ms = 500;
    bool standard_input = false;
};

}  // namespace
}  // namespace tapferry::bench

int main(int argc, char** argv) {
    using namespace tapferry::bench;
    Options options;
    CLI::App app{"Counts lines and the serial numbers in them"};
    app.add_option("--frames", options.frames, "How many serial numbers are expected");
    app.add_option("--first", options.first, "The first of them");
    app.add_option("--port", options.port, "TCP port on 127.0.0.1; 0: a free one");
    app.add_option("--port-file", options.port_file, "Where the port is written");
    app.add_option("--idle-ms", options.idle_ms, "Ends after this silence, once everything came");
    app.add_flag("--stdin", options.standard_input, "Read standard input instead");
    CLI11_PARSE(app, argc, argv);
    struct sigaction stop {};
    stop.sa_handler = [](int) { told_to_stop = 1; };
    ::sigaction(SIGTERM, &stop, nullptr);
    struct sigaction away {};
    away.sa_handler = [](int signal) { told_to_be_away = signal == SIGUSR1; };
    ::sigaction(SIGUSR1, &away, nullptr);
    ::sigaction(SIGUSR2, &away, nullptr);
    try {
        Tally tally(options.frames, options.first);
        if (options.standard_input) {
            LineReader reader;
            while (told_to_stop == 0 && reader.read_some(STDIN_FILENO, tally)) continue;
        } else {
            serve(listen_on(options.port, options.port_file), options.idle_ms, tally);
        }
        tally.print();
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "sink: %s\n", error.what());
        return 1;
    }
}
