#include "tests/inputs/intake_fixture.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "agent/spool/reader.h"

namespace tapferry::test {

bool wait_until(const std::function<bool()>& condition) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::minutes{1};
    while (std::chrono::steady_clock::now() < limit) {
        if (condition()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    return condition();
}

DiskResult GateDisk::write_at(int fd, std::uint64_t offset, std::span<const std::uint8_t> first,
                              std::span<const std::uint8_t> second) {
    hangs.wait(true);
    if (const int error = write_error; error != 0) {
        ++refused;
        return {.value = 0, .error = error};
    }
    return real_.write_at(fd, offset, first, second);
}

IntakeWorld::IntakeWorld(IntakeOptions options, const std::vector<std::string>& inputs,
                         std::size_t max_connections, SpoolOptions spool)
    : inputs_(inputs) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        options.unix_inputs.push_back(
            {.name = inputs[i], .path = socket(i), .max_connections = max_connections});
        counters_.push_back(std::make_unique<InputCounters>(inputs[i]));
    }
    spool.directory = folder.path("spool");
    spool_.emplace(std::move(spool), disk);
    intake_.emplace(std::move(options), *spool_, counters_, [this](const IntakeEvent& event) {
        const std::lock_guard lock(events_mutex_);
        events_.push_back(event);
    });
    intake_->start();
}

IntakeWorld::~IntakeWorld() {
    disk.hangs = false;
    disk.hangs.notify_all();
}

std::string IntakeWorld::socket(std::size_t input) const {
    return folder.path(inputs_[input] + ".sock");
}

std::uint64_t IntakeWorld::rejected(FrameRejection reason, std::size_t input) const {
    return counters_[input]->frames_rejected[static_cast<std::size_t>(reason)];
}
std::uint64_t IntakeWorld::rejected(ConnectionRejection reason, std::size_t input) const {
    return counters_[input]->connections_rejected[static_cast<std::size_t>(reason)];
}

std::vector<IntakeEvent> IntakeWorld::events() const {
    const std::lock_guard lock(events_mutex_);
    return events_;
}

std::size_t IntakeWorld::count_events(IntakeEvent::Kind kind) const {
    const auto all = events();
    return static_cast<std::size_t>(std::count_if(
        all.begin(), all.end(), [kind](const IntakeEvent& event) { return event.kind == kind; }));
}

std::vector<StoredFrame> IntakeWorld::stop() {
    intake_->stop();
    CHECK(intake_->frames_in_ring() == 0);
    CHECK(intake_->bytes_in_ring() == 0);

    std::vector<StoredFrame> stored;
    SpoolReader reader = spool_->trouble().empty() ? SpoolReader(folder.path("spool"), disk, first_position)
                                                   : spool_->reader(first_position);
    for (bool more = true; more;) {
        const SpoolRead read = reader.next();
        CHECK_FALSE(std::holds_alternative<SpoolGap>(read));
        more = std::holds_alternative<SpoolBlock>(read);
        if (!more) break;
        for (const SpoolFrame& frame : std::get<SpoolBlock>(read).frames)
            stored.push_back({std::string(frame.input), std::string(frame.bytes.begin(), frame.bytes.end())});
    }
    for (const auto& counters : counters_) {
        CAPTURE(counters->name);
        std::uint64_t accounted = counters->frames_appended;
        for (const Counter& rejected : counters->frames_rejected) accounted += rejected;
        CHECK(counters->frames_received == accounted);
        CHECK(counters->connections == 0);
        CHECK(counters->frames_appended == static_cast<std::uint64_t>(std::count_if(
                                               stored.begin(), stored.end(), [&](const StoredFrame& frame) {
                                                   return frame.input == counters->name;
                                               })));
    }
    return stored;
}

}  // namespace tapferry::test
