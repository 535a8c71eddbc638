// Counts records and the serial numbers in them: which came, which came twice, which never. Listens on TCP,
// with TLS if told so, and answers as the receiver that it plays; or reads lines from standard input. Prints
// one JSON object when it has ended: after --idle-ms without a byte once everything expected came, at the end
// of input, or on SIGTERM. SIGUSR1 makes it go away as a killed receiver does, SIGUSR2 come back.
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/bench/channel.h"
#include "tests/bench/conversation.h"
#include "tests/bench/tally.h"

namespace tapferry::bench {
namespace {

volatile std::sig_atomic_t told_to_stop = 0;
volatile std::sig_atomic_t told_to_be_away = 0;

// One connection: what has come of it and is not whole yet.
class Reader {
  public:
    Reader(int descriptor, const Certificate& certificate, const std::string& speech)
        : channel_(descriptor, certificate), conversation_(make_conversation(speech)) {}

    // False at the end of the stream.
    bool read_some(Tally& tally) {
        do {
            if (buffer_.size() - filled_ < read_size) buffer_.resize(filled_ + read_size);
            const std::size_t count = channel_.read_some(buffer_.data() + filled_, read_size);
            if (count == 0) return false;
            tally.add_bytes(count);
            filled_ += count;
        } while (channel_.holds_more());
        answer_.clear();
        const std::size_t used = conversation_->take({buffer_.data(), filled_}, tally, answer_);
        std::copy(buffer_.data() + used, buffer_.data() + filled_, buffer_.data());
        filled_ -= used;
        return channel_.write(answer_);
    }

  private:
    static constexpr std::size_t read_size = 256 * 1024;
    Channel channel_;
    std::unique_ptr<Conversation> conversation_;
    std::vector<char> buffer_;
    std::string answer_;
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

struct Options {
    std::uint64_t frames = 1'000'000;
    std::uint64_t first = 0;
    std::uint16_t port = 0;
    std::string port_file;
    std::string before = R"("identity":")";
    std::string speech = "lines";
    std::string certificate;
    int idle_ms = 500;
    bool standard_input = false;
};

class Server {
  public:
    Server(const Options& options, Tally& tally)
        : options_(options),
          tally_(tally),
          certificate_(options.certificate),
          polled_{{listen_on(options.port, options.port_file), POLLIN, 0}} {}

    void serve() {
        const std::uint16_t port = port_of(polled_[0].fd);
        while (told_to_stop == 0) {
            if (told_to_be_away != 0) stay_away(port);
            const int ready = ::poll(polled_.data(), polled_.size(), options_.idle_ms);
            if (ready == 0 && tally_.complete()) return;
            if (ready > 0) take_what_is_ready();
        }
    }

  private:
    // Closes everything, waits to be called back, and listens on the same port again.
    void stay_away(std::uint16_t port) {
        readers_.clear();
        ::close(polled_[0].fd);
        while (told_to_be_away != 0 && told_to_stop == 0) ::poll(nullptr, 0, 20);
        polled_.assign(1, {listen_on(port, {}), POLLIN, 0});
    }

    void take_what_is_ready() {
        for (std::size_t i = polled_.size(); i-- > 1;) {
            if (polled_[i].revents == 0 || readers_[i - 1].read_some(tally_)) continue;
            polled_.erase(polled_.begin() + static_cast<std::ptrdiff_t>(i));
            readers_.erase(readers_.begin() + static_cast<std::ptrdiff_t>(i - 1));
        }
        if (polled_[0].revents == 0) return;
        const int accepted = ::accept(polled_[0].fd, nullptr, nullptr);
        if (accepted < 0) return;
        readers_.emplace_back(accepted, certificate_, options_.speech);
        polled_.push_back({accepted, POLLIN, 0});
    }

    const Options& options_;
    Tally& tally_;
    const Certificate certificate_;
    std::vector<pollfd> polled_;  // the listener, and behind it the descriptor of each reader
    std::vector<Reader> readers_;
};

void read_standard_input(Tally& tally) {
    Reader reader(STDIN_FILENO, Certificate({}), "lines");
    while (told_to_stop == 0 && reader.read_some(tally)) continue;
}

}  // namespace
}  // namespace tapferry::bench

int main(int argc, char** argv) {
    using namespace tapferry::bench;
    Options options;
    CLI::App app{"Counts records and the serial numbers in them"};
    app.add_option("--frames", options.frames, "How many serial numbers are expected");
    app.add_option("--first", options.first, "The first of them");
    app.add_option("--port", options.port, "TCP port on 127.0.0.1; 0: a free one");
    app.add_option("--port-file", options.port_file, "Where the port is written");
    app.add_option("--before", options.before, "What stands before the serial number in a record");
    app.add_option("--speech", options.speech, "lines, http or relp");
    app.add_option("--certificate", options.certificate,
                   "TLS, with this certificate and its key in one file");
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
        Tally tally(options.frames, options.first, options.before);
        if (options.standard_input)
            read_standard_input(tally);
        else
            Server(options, tally).serve();
        tally.print();
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "sink: %s\n", error.what());
        return 1;
    }
}
