#include "transports/fluent/window.h"

#include <algorithm>
#include <utility>

#include "transports/fluent/msgpack.h"

namespace tapferry {

using Verdict = Outcome::Verdict;

FluentWindow::FluentWindow(std::string tag, std::string prefix, bool acknowledgement)
    : tag_(std::move(tag)), prefix_(std::move(prefix)), acknowledgement_(acknowledgement) {}

void FluentWindow::lend(Ticket ticket, const Batch& batch) {
    lent_.push_back({.ticket = ticket, .records = &batch.records, .first = batch.first, .end = batch.end()});
}

bool FluentWindow::next(std::string& out) {
    if (next_ == lent_.size() || under_way_ == most_under_way) return false;
    Lent& batch = lent_[next_++];
    ++under_way_;
    batch.chunk = prefix_ + std::to_string(++chunks_);
    msgpack::append_array(out, 3);
    msgpack::append_text(out, tag_);
    const std::size_t place = msgpack::open_binary(out);
    const std::size_t begin = out.size();
    for (std::size_t i = batch.first; i < batch.end; ++i) {
        const Record& record = batch.records->records()[i];
        msgpack::append_array(out, 2);
        msgpack::append_event_time(out, record.time);
        record_.append(out, batch.records->content(record));
    }
    msgpack::close(out, place, out.size() - begin);
    msgpack::append_map(out, acknowledgement_ ? 2 : 1);
    msgpack::append_text(out, "size");
    msgpack::append_unsigned(out, batch.end - batch.first);
    if (!acknowledgement_) return true;
    msgpack::append_text(out, "chunk");
    msgpack::append_text(out, batch.chunk);
    return true;
}

bool FluentWindow::acknowledged(std::string_view chunk) {
    const auto end = lent_.begin() + static_cast<std::ptrdiff_t>(next_);
    const auto found = std::find_if(lent_.begin(), end, [chunk](const Lent& batch) {
        return !batch.acknowledged && batch.chunk == chunk;
    });
    if (found == end) return false;
    found->acknowledged = true;
    --under_way_;
    return true;
}

Ticket FluentWindow::take_written() {
    const Ticket ticket = lent_.front().ticket;
    lent_.pop_front();
    --next_;
    --under_way_;
    return ticket;
}

std::optional<Outcome> FluentWindow::take_settled() {
    if (lent_.empty() || !lent_.front().acknowledged) return std::nullopt;
    const Outcome outcome{.ticket = lent_.front().ticket, .verdict = Verdict::accepted, .handed_over = true};
    lent_.pop_front();
    --next_;
    return outcome;
}

std::vector<Outcome> FluentWindow::give_back(Verdict verdict, const std::string& words) {
    std::vector<Outcome> outcomes;
    for (const Lent& batch : lent_)
        outcomes.push_back({.ticket = batch.ticket,
                            .verdict = batch.acknowledged ? Verdict::accepted : verdict,
                            .handed_over = !batch.chunk.empty(),
                            .words = batch.acknowledged ? std::string() : words});
    lent_.clear();
    next_ = under_way_ = 0;
    return outcomes;
}

}  // namespace tapferry
