// One connection to a server, kept open over many requests, with one request on its way at a time:
// connecting, through a proxy if there is one, writing, and reading the answer. Never follows a redirect,
// never sends anything twice. Owned by Sender or TokenFetch, one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "transports/http/answer_parser.h"
#include "transports/http/options.h"
#include "transports/network/connection.h"

namespace tapferry {

// Where a connection to it goes.
Address address_of(const Url& url);

class HttpExchange {
  public:
    using Time = std::chrono::steady_clock::time_point;
    enum class State : std::uint8_t {
        idle,
        busy,
        answered,  // answer() is there
        failed,    // no answer: failure() says why
    };
    struct Failure {
        std::string words;  // with the server's name
        bool needs_a_person = false;
        bool handed_over = false;  // a byte of the request may have left
    };

    // `servers` outlives it.
    HttpExchange(const HttpServers& servers, std::shared_ptr<TlsClient> tls,
                 std::shared_ptr<ConnectionNetwork> network);

    // Begins; only when idle. `request` is lent while busy. `longest_answer`: its body, in bytes.
    void ask(const Url& url, std::string_view request, std::size_t longest_answer, Time now);
    // Takes in what has happened to the connection.
    void step(Time now);
    // Back to idle, with the connection kept where another request may follow on it.
    void conclude();
    void close();

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] const ServerAnswer& answer() const { return parser_.answer(); }
    [[nodiscard]] const Failure& failure() const { return failure_; }
    // Whether a request to `url` would go over a connection that is there.
    [[nodiscard]] bool is_open_to(const Url& url, Time now);
    // When step() has something to do although the network is quiet.
    [[nodiscard]] Time alarm() const { return state_ == State::busy ? alarm_ : Time::max(); }
    [[nodiscard]] Connection& connection() { return connection_; }

  private:
    enum class Phase : std::uint8_t { connecting, tunnelling, securing, asking };

    void step_connecting(Time now);
    void step_tunnelling(Time now);
    void step_asking(Time now);
    void begin_request(Time now);
    void feed();
    void fail(std::string words, bool needs_a_person = false);
    [[nodiscard]] bool over() const;

    const HttpServers& servers_;
    Connection connection_;
    HttpAnswerParser parser_;
    State state_ = State::idle;
    Phase phase_ = Phase::connecting;
    Url url_;
    std::string_view request_;
    std::string tunnel_request_;
    std::size_t longest_answer_ = 0;
    Time opened_{};
    Time alarm_ = Time::max();
    std::uint64_t taken_ = 0;           // by the server's kernel
    std::uint64_t end_of_request_ = 0;  // in what the connection has written
    Failure failure_;
};

}  // namespace tapferry
