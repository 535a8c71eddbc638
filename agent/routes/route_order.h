// What whoever looks after a running agent may ask of one of its routes, over the control socket. Answered by
// the route's thread, between two things that it does.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace tapferry {

enum class RouteOrder : std::uint8_t {
    requeue,        // send the dead letters again
    purge_letters,  // remove them
    purge_spool,    // give up what the spool holds for it
};

struct OrderAnswer {
    enum class Result : std::uint8_t {
        done,
        unknown,  // there is no such destination
        refused,  // not now; words say why
        failed,   // words say what went wrong
    };
    Result result = Result::done;
    std::uint64_t count = 0;  // letters, or frames
    std::uint64_t bytes = 0;  // of letters
    std::string words;        // for people, when it was not done
};

// Called once, by any thread.
using OrderReply = std::function<void(const OrderAnswer&)>;
// Asks the destination of that name.
using OrderSink = std::function<void(const std::string& destination, RouteOrder, OrderReply)>;

}  // namespace tapferry
