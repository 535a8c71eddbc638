#include "transports/http/hec_acknowledgements.h"

#include <algorithm>
#include <array>
#include <random>
#include <utility>

#include "proto/digits.h"

namespace tapferry {

using Verdict = Outcome::Verdict;

std::string random_guid() {
    std::random_device random;
    std::array<std::uint8_t, 16> bytes{};
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
    bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | 0x40);
    bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text.push_back('-');
        text.append(hex_pairs[bytes[i]].data(), 2);
    }
    return text;
}

void HecAcknowledgements::renew_channel(const std::string& why) {
    for (const auto& [id, one] : waiting_)
        outcomes_.push_back(
            {.ticket = one.ticket, .verdict = Verdict::retry, .handed_over = true, .words = why});
    waiting_.clear();
    ask_at_ = Time::max();
    channel_ = random_guid();
}

void HecAcknowledgements::wait_for(std::uint64_t id, Ticket ticket, Time now) {
    const auto [place, is_new] = waiting_.try_emplace(id, Waiting{ticket, now + options_.acknowledge_within});
    // One id for two batches: which of them it will be true for cannot be known.
    if (!is_new) {
        outcomes_.push_back(
            {.ticket = ticket,
             .verdict = Verdict::retry,
             .handed_over = true,
             .words = "the server gave the acknowledgement id " + std::to_string(id) + " twice"});
    }
    pause_ = options_.first_poll;
    ask_at_ = std::min(ask_at_, now + pause_);
}

void HecAcknowledgements::ask_soon(Time now) {
    pause_ = options_.first_poll;
    if (ask_at_ != Time::max()) ask_at_ = std::min(ask_at_, now + pause_);
}

std::optional<std::string> HecAcknowledgements::question(Time now) {
    if (waiting_.empty() || now < ask_at_) return std::nullopt;
    ask_at_ = Time::max();
    std::string ids;
    std::size_t count = 0;
    for (auto one = waiting_.begin(); one != waiting_.end() && count < most_asked_at_once; ++one, ++count)
        ids += (ids.empty() ? "" : ",") + std::to_string(one->first);
    return "{\"acks\":[" + ids + "]}";
}

void HecAcknowledgements::take_answer(const std::string* body, Time now) {
    bool some = false;
    if (body != nullptr) {
        for (const std::uint64_t id : read_hec_acknowledgements(*body)) {
            const auto found = waiting_.find(id);
            if (found == waiting_.end()) continue;
            outcomes_.push_back(
                {.ticket = found->second.ticket, .verdict = Verdict::accepted, .handed_over = true});
            waiting_.erase(found);
            some = true;
        }
    }
    pause_ = some ? options_.first_poll : std::min(pause_ * 2, options_.longest_poll);
    ask_at_ = waiting_.empty() ? Time::max() : now + pause_;
}

std::vector<Outcome> HecAcknowledgements::take_outcomes(Time now) {
    for (auto one = waiting_.begin(); one != waiting_.end();) {
        if (now < one->second.until) {
            ++one;
            continue;
        }
        outcomes_.push_back({.ticket = one->second.ticket,
                             .verdict = Verdict::retry,
                             .handed_over = true,
                             .words = "the indexer did not acknowledge a batch in time"});
        one = waiting_.erase(one);
    }
    return std::exchange(outcomes_, {});
}

HecAcknowledgements::Time HecAcknowledgements::next_step() const {
    Time next = ask_at_;
    for (const auto& [id, one] : waiting_) next = std::min(next, one.until);
    return outcomes_.empty() ? next : Time::min();
}

}  // namespace tapferry
