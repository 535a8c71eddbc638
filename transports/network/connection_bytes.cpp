#include "transports/network/connection_bytes.h"

#include <algorithm>
#include <utility>

namespace tapferry {

void ConnectionBytes::begin(std::unique_ptr<TlsSession> session) {
    session_ = std::move(session);
    unwritten_ = {};
    given_ = written_ = sent_ = 0;
    received_.clear();
    // The handshake's first words.
    if (session_) decrypt();
}

void ConnectionBytes::write(std::string_view bytes) {
    unwritten_ = bytes;
    given_ += bytes.size();
}

void ConnectionBytes::give_up_writing() {
    unwritten_ = {};
    given_ = written_;
}

void ConnectionBytes::end_writing() {
    if (session_) session_->end_writing();
}

std::string_view ConnectionBytes::outgoing() {
    if (!session_) return unwritten_;
    if (session_->outgoing().empty() && !unwritten_.empty() && session_->state() == TlsSession::State::open) {
        const std::string_view next = unwritten_.substr(0, TlsSession::largest_write);
        session_->write(next);
        unwritten_.remove_prefix(next.size());
    }
    return session_->outgoing();
}

void ConnectionBytes::sent(std::size_t count) {
    sent_ += count;
    if (!session_) {
        unwritten_.remove_prefix(count);
        written_ += count;
        return;
    }
    session_->sent(count);
    if (session_->outgoing().empty()) written_ = given_ - unwritten_.size();
}

std::uint64_t ConnectionBytes::arrived(std::uint64_t on_their_way) {
    const std::uint64_t certain = sent_ - std::min(sent_, on_their_way);
    return session_ ? session_->arrived(certain) : certain;
}

std::span<char> ConnectionBytes::room() {
    if (full()) return {};
    return keeps() && !session_ ? received_.room() : std::span<char>(passing_);
}

void ConnectionBytes::came(std::size_t count) {
    if (session_) {
        session_->feed({passing_.data(), count});
        decrypt();
    } else if (keeps()) {
        keep(count);
    }
}

void ConnectionBytes::consume(std::size_t count) {
    received_.consume(count);
    if (session_) decrypt();
}

void ConnectionBytes::decrypt() {
    for (;;) {
        const std::span<char> room = keeps() ? received_.room() : std::span<char>(passing_);
        const std::size_t count = room.empty() ? 0 : session_->read(room);
        if (count == 0) return;
        if (keeps()) keep(count);
    }
}

void ConnectionBytes::keep(std::size_t count) {
    received_.added(count);
    received_in_all_ += count;
}

}  // namespace tapferry
