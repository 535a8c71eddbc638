#include "tests/agent/routes/route_fixture.h"

#include <fcntl.h>

#include <algorithm>
#include <functional>

#include "encoders/encoder.h"
#include "transports/transport.h"

namespace tapferry::test {

RouteWorld::RouteWorld(SpoolSize size) : log(size) {
    log_file_.reset(::open(log.path("agent.log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    agent_log_ = std::make_unique<Log>(LogOptions{LogLevel::debug, LogFormat::text}, log_file_.get());
}
RouteWorld::~RouteWorld() = default;

DestinationConfig RouteWorld::destination(std::chrono::milliseconds replay_window) const {
    StreamOptions options;
    options.addresses = {receiver.address()};
    options.replay_window = replay_window;
    return json_destination(options);
}

void RouteWorld::start(DestinationConfig destination) {
    start(std::move(destination), Route::Parts{});
}

void RouteWorld::start(DestinationConfig destination, Route::Parts parts) {
    route_.reset();
    route_ = std::make_unique<Route>(std::move(destination),
                                     Route::Places{position_file(), log.path("dead-letter/siem")},
                                     log.spool(), posix_disk(), *agent_log_, std::move(parts));
    route_->start();
}

RouteStatus RouteWorld::stop(std::chrono::milliseconds patience) {
    route_->stop(std::chrono::steady_clock::now() + patience);
    route_->join();
    const RouteStatus last = status();
    CHECK(last.state == RouteStatus::State::stopped);
    CHECK(needed_from(last.saved) == route_->saved_position());
    // What the kernel had acknowledged may not have been read yet.
    if (last.pending == 0) CHECK(wait_until([&] { return receiver.has_read_all(); }));
    return last;
}

RouteStatus RouteWorld::status() {
    const RouteStatus status = route_->status();
    CHECK(balanced(status, log.spool().end()));
    CHECK(status.in_flight <= status.pending + all_open(status.saved));
    CHECK(number(route_->saved_position()) >= 1);
    return status;
}

bool RouteWorld::wait_for_state(RouteStatus::State state) {
    return wait_until([&] { return status().state == state; });
}

std::uint64_t RouteWorld::retries() {
    return status().deliveries[static_cast<std::size_t>(Outcome::Verdict::retry)];
}

void RouteWorld::kill_receiver() {
    const std::uint64_t before = retries();
    receiver.kill();
    REQUIRE(wait_until([&] { return retries() > before; }));
}

std::string RouteWorld::agent_log() const {
    return content_of(log.path("agent.log"));
}
std::string RouteWorld::dead_letters() const {
    return content_of(log.path("dead-letter/siem/dead-letter.jsonl"));
}

bool rising(const std::vector<std::uint64_t>& sequences) {
    return std::adjacent_find(sequences.begin(), sequences.end(), std::greater_equal<>{}) == sequences.end();
}

std::uint64_t lost_by(const RouteStatus& status, LossReason reason) {
    return lost_of(status, static_cast<std::size_t>(reason));
}

}  // namespace tapferry::test
