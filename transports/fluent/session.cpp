#include "transports/fluent/session.h"

#include <utility>

#include "transports/fluent/digest.h"
#include "transports/fluent/msgpack.h"
#include "transports/quoting.h"
#include "transports/without_secrets.h"

namespace tapferry {

using Kind = FluentAnswer::Kind;

std::size_t FluentSession::take(std::string_view received, std::string& out) {
    std::size_t used = 0;
    while (state_ != State::failed) {
        const std::string_view rest = received.substr(used);
        const FluentAnswer answer = read_fluent_answer(rest);
        if (answer.kind == Kind::need_more) break;
        used += answer.length;
        if (answer.kind == Kind::helo) {
            take_helo(answer, out);
        } else if (answer.kind == Kind::pong && state_ == State::proving) {
            take_pong(answer);
        } else if (answer.kind != Kind::acknowledgement) {
            fail("it sends " + quoted(rest) + ", which is no answer of the forward protocol",
                 state_ == State::greeted);
        } else if (state_ != State::open || !window_.acknowledged(answer.chunk)) {
            fail("it acknowledges " + quoted(answer.chunk) + ", which was not sent", false);
        }
    }
    return used;
}

void FluentSession::take_helo(const FluentAnswer& helo, std::string& out) {
    if (options_.shared_key.empty()) return turn_away("it asks for a shared key, and none is configured");
    if (state_ != State::greeted) return fail("it asks for the shared key a second time", false);
    if (!helo.salt.empty() && options_.username.empty())
        return turn_away("it asks for a user name, and none is configured");
    nonce_ = helo.nonce;
    salt_ = fluent_salt();
    msgpack::append_array(out, 6);
    msgpack::append_text(out, "PING");
    msgpack::append_text(out, options_.hostname);
    msgpack::append_text(out, salt_);
    msgpack::append_text(out, fluent_digest({salt_, options_.hostname, nonce_, options_.shared_key}));
    const bool names = !helo.salt.empty();
    msgpack::append_text(out, names ? options_.username : std::string());
    msgpack::append_text(
        out, names ? fluent_digest({helo.salt, options_.username, options_.password}) : std::string());
    state_ = State::proving;
}

void FluentSession::take_pong(const FluentAnswer& pong) {
    if (!pong.accepted) return turn_away("it does not let us in: " + quoted(pong.reason));
    if (!same_digest(pong.digest, fluent_digest({salt_, pong.hostname, nonce_, options_.shared_key})))
        return turn_away("it does not know the shared key");
    state_ = State::open;
}

void FluentSession::turn_away(std::string words) {
    fail(std::move(words), true);
    not_admitted_ = true;
}

void FluentSession::fail(std::string words, bool needs_a_person) {
    state_ = State::failed;
    // The receiver knows our secrets, and may say them.
    words_ = without_secrets(std::move(words), {options_.shared_key, options_.password});
    needs_a_person_ = needs_a_person;
    not_admitted_ = false;
}

}  // namespace tapferry
