#include "transports/kafka/health.h"

#include <utility>

namespace tapferry {

using namespace std::chrono_literals;

namespace {

// So long nothing need be acknowledged: a leader is elected, a broker collects its garbage.
constexpr auto patience = 10s;
// Credentials and certificates are refused while a broker starts, too.
constexpr auto patience_with_refusals = 30s;

}  // namespace

void KafkaHealth::begun_anew(Time now) {
    begun(now);
    has_delivered_ = has_progressed_ = false;
}

void KafkaHealth::begun(Time now) {
    forget();
    quiet_since_ = now;
}

void KafkaHealth::delivered() {
    has_progressed_ = has_delivered_ = true;
    if (!spotless_) forget();
}

void KafkaHealth::looked(Time now) {
    if (std::exchange(has_progressed_, false)) quiet_since_ = now;
}

void KafkaHealth::forget() {
    all_down_ = needs_a_person_ = not_admitted_ = false;
    words_.clear();
    persons_words_.clear();
    certificate_words_.clear();
    throttle_words_.clear();
    line_.clear();
    spotless_ = true;
}

void KafkaHealth::logged(std::string line) {
    line_ = std::move(line);
    spotless_ = false;
}

void KafkaHealth::refused_certificate(std::string words) {
    certificate_words_ = std::move(words);
    spotless_ = false;
}

void KafkaHealth::failed(std::string words, bool needs_a_person, bool not_admitted) {
    spotless_ = false;
    if (needs_a_person && !certificate_words_.empty()) words = certificate_words_;
    if (needs_a_person) {
        persons_words_ = words;
        not_admitted_ = not_admitted;
    }
    needs_a_person_ = needs_a_person_ || needs_a_person;
    words_ = std::move(words);
}

void KafkaHealth::all_down(Time now) {
    if (!all_down_) down_since_ = now;
    all_down_ = true;
    spotless_ = false;
}

void KafkaHealth::throttled(const std::string& broker, std::chrono::milliseconds length) {
    spotless_ = false;
    throttle_words_ = length == 0ms ? std::string{}
                                    : broker + " makes us wait " + std::to_string(length.count()) +
                                          " ms per request (quota)";
}

std::optional<Trouble> KafkaHealth::trouble(Time now) const {
    if (all_down_ && needs_a_person_) return Trouble{persons_words_, true, not_admitted_};
    if (all_down_ && !words_.empty()) return Trouble{words_};
    if (all_down_) return Trouble{"no broker can be reached" + (line_.empty() ? "" : ": " + line_)};
    if (now - quiet_since_ < patience) return std::nullopt;
    const std::string why = !throttle_words_.empty() ? throttle_words_
                            : !words_.empty()        ? words_
                            : !line_.empty()         ? line_
                                             : "no leader, too few replicas in sync, or a broker hangs";
    return Trouble{"the brokers have acknowledged nothing for a while: " + why};
}

bool KafkaHealth::hopeless(Time now) const {
    if (!all_down_ || !needs_a_person_) return false;
    return !has_delivered_ || now - down_since_ >= patience_with_refusals;
}

}  // namespace tapferry
