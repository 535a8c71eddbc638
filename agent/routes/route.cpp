#include "agent/routes/route.h"

#include <utility>

#include "agent/routes/route_loop.h"

namespace tapferry {

Route::Route(DestinationConfig config, Places places, Spool& spool, Disk& disk, Log& log, Parts parts)
    : loop_(
          std::make_unique<Loop>(std::move(config), std::move(places), spool, disk, log, std::move(parts))) {}
Route::Route(DestinationConfig config, Places places, Spool& spool, Disk& disk, Log& log)
    : Route(std::move(config), std::move(places), spool, disk, log, Parts{}) {}
Route::~Route() {
    stop(std::chrono::steady_clock::now());
    join();
}
void Route::start(bool follows_trouble) {
    loop_->start(follows_trouble);
}
void Route::stop(std::chrono::steady_clock::time_point deadline) {
    loop_->stop(deadline);
}
void Route::join() {
    loop_->join();
}
void Route::let_go() {
    loop_->let_go();
}
void Route::order(RouteOrder order, OrderReply reply) {
    loop_->order(order, std::move(reply));
}
RouteStatus Route::status() const {
    return loop_->status();
}
Position Route::saved_position() const {
    return loop_->saved_position();
}
const DestinationConfig& Route::config() const {
    return loop_->config();
}

}  // namespace tapferry
