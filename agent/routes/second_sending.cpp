#include "agent/routes/second_sending.h"

#include <utility>

namespace tapferry {

SecondSending::SecondSending(Burial& burial, RouteReport& report, Feed& feed)
    : requeue_(burial.letters(),
               [&feed](const FrameOrigin& origin, std::span<const std::uint8_t> frame, OpenBatch& batch) {
                   return feed.filler().render_again(origin, frame, batch);
               }),
      report_(report) {}

OrderAnswer SecondSending::obey(RouteOrder order) {
    if (order == RouteOrder::requeue) return requeue_.begin();
    const OrderAnswer answer = requeue_.remove();
    report_.count_purged_letters(answer.count);
    return answer;
}

bool SecondSending::take_turn(InFlight& in_flight, const BatchLimits& limits, std::uint64_t& next_ticket) {
    turn_ = !turn_ && can_go(in_flight);
    if (!turn_) return false;
    const Ticket name{next_ticket++};
    auto batch = in_flight.take_spare();
    requeue_.fill(*batch, limits, name);
    if (in_flight.take_on(name, std::move(batch), Origin::letters).over()) settle(in_flight, name);
    return true;
}

void SecondSending::settle(InFlight& in_flight, Ticket name) {
    const Parcel& parcel = in_flight.parcel(name);
    report_.count_sent_again(parcel.record_count, parcel.refused_records);
    if (requeue_.settle(name, parcel.buried_well))
        report_.tell_sent_again(requeue_.take_back_count(), !requeue_.stuck());
    in_flight.drop(name);
}

}  // namespace tapferry
