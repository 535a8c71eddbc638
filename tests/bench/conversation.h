// What a receiver makes of the bytes of one connection, and what it answers: lines, HTTP as an HTTP Event
// Collector and Elasticsearch's `_bulk` speak it, RELP. Every record is counted; nothing else is understood.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "tests/bench/tally.h"

namespace tapferry::bench {

class Conversation {
  public:
    virtual ~Conversation() = default;
    // Takes what is whole of the bytes, and says how many that were. What is to be answered is appended to
    // `answer`. Throws std::runtime_error when it does not understand them.
    virtual std::size_t take(std::string_view bytes, Tally& tally, std::string& answer) = 0;
};

// "lines", "http" or "relp". Throws std::runtime_error.
std::unique_ptr<Conversation> make_conversation(const std::string& speech);

}  // namespace tapferry::bench
