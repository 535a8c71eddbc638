// The addresses and names of an event that ECS gathers in dns.resolved_ip, related.ip and related.hosts, each
// of them once. Used by ecs.cpp; lives for one event.
#pragma once

#include <array>
#include <span>

#include "encoders/bounds.h"
#include "encoders/json/json_line.h"

namespace tapferry {

class EcsRelated {
  public:
    // Of the first `shown` answers.
    EcsRelated(const Event& event, std::size_t shown);

    // ,"resolved_ip":[…]: the addresses among the answers.
    void append_resolved(JsonLine& line) const;
    // ,"related":{…}: these, those of both ends, and the names asked and answered.
    void append(JsonLine& line) const;

  private:
    void append_addresses(JsonLine& line) const;
    void append_hosts(JsonLine& line) const;

    const Event& event_;
    std::span<const dns::ResourceRecord> answers_;
    // Places in `answers_` of different addresses; the first `count_` of them.
    std::array<std::uint8_t, max_shown_records> addresses_;
    std::size_t count_ = 0;
};

}  // namespace tapferry
