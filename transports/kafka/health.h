// How it goes with the brokers, from what librdkafka tells now and then: it tries again for ever and holds on
// to what it has, so somebody has to say when nothing gets through, and why. Pure: the time is passed in.
// Owned by Kafka.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "transports/transport.h"

namespace tapferry {

class KafkaHealth {
  public:
    using Time = std::chrono::steady_clock::time_point;

    // With a new producer.
    void begun_anew(Time now);
    // Something is under way after nothing was: what brokers did meanwhile, such as closing idle connections,
    // is no matter.
    void begun(Time now);
    // A message was delivered.
    void delivered();
    // What came meanwhile has been taken in: how late it is.
    void looked(Time now);
    // A broker could not be reached, or refused; with not_admitted because it does not know us.
    void failed(std::string words, bool needs_a_person, bool not_admitted = false);
    // None of the brokers can be reached.
    void all_down(Time now);
    void throttled(const std::string& broker, std::chrono::milliseconds length);
    // What librdkafka would write into a log; there it tells what is wrong with a broker's certificate.
    void logged(std::string line);
    void refused_certificate(std::string words);

    // While something is under way: why nothing gets through.
    [[nodiscard]] std::optional<Trouble> trouble(Time now) const;
    // Nothing will until somebody changes something, and a new producer would read what he changed. What this
    // one has sent can only be sent by this one without coming twice: one that has worked is given time.
    [[nodiscard]] bool hopeless(Time now) const;

  private:
    void forget();

    bool all_down_ = false;
    bool needs_a_person_ = false;
    bool not_admitted_ = false;
    bool has_delivered_ = false;
    bool has_progressed_ = false;  // since it was last looked
    bool spotless_ = true;         // nothing is to be forgotten at the next delivery
    Time down_since_{};
    Time quiet_since_{};
    std::string words_;              // of the last failure
    std::string persons_words_;      // of the last one that needs a person
    std::string certificate_words_;  // why the broker's certificate was refused
    std::string throttle_words_;
    std::string line_;
};

}  // namespace tapferry
