#include "transports/relp/session.h"

#include <utility>

#include "transports/quoting.h"

namespace tapferry {
namespace {

constexpr std::string_view offers = "relp_version=0\nrelp_software=tapferry\ncommands=syslog";
constexpr std::uint32_t offer_number = 1;
constexpr unsigned code_taken = 200;

}  // namespace

void RelpSession::offer(std::string& out) {
    append_relp_frame(out, offer_number, "open", offers);
    state_ = State::offered;
}

void RelpSession::close(std::string& out) {
    close_number_ = window_.next_number();
    append_relp_frame(out, close_number_, "close", {});
    state_ = State::closing;
}

std::size_t RelpSession::take(std::string_view received) {
    std::size_t used = 0;
    while (state_ != State::closed && state_ != State::failed) {
        const std::string_view rest = received.substr(used);
        const RelpReading reading = read_relp_frame(rest);
        if (reading.kind == RelpReading::Kind::need_more) break;
        if (reading.kind == RelpReading::Kind::frame)
            take(reading.frame);
        else
            fail("it sends " + quoted(rest) + ", which is not RELP", state_ == State::offered);
        used += reading.length;
    }
    return used;
}

void RelpSession::take(const RelpFrame& frame) {
    if (frame.command == "serverclose") {
        state_ = State::closed;
    } else if (frame.command == "rsp") {
        take_answer(frame.number, read_relp_answer(frame.data));
    } else {
        fail("it sends " + quoted(frame.command) + ", which is no answer");
    }
}

void RelpSession::take_answer(std::uint32_t number, const RelpAnswer& answer) {
    if (state_ == State::offered && number == offer_number) return take_offers(answer);
    if (state_ == State::closing && number == close_number_) {
        state_ = State::closed;
        return;
    }
    if (answer.code == 0) return fail("it answers " + quoted(answer.words) + ", which has no code");
    const std::string refusal = answer.code == code_taken ? std::string() : printable_text(answer.words);
    if (!window_.answered(number, refusal))
        fail("it answers " + quoted(answer.words) + " to number " + std::to_string(number) +
             ", which awaits no answer");
}

void RelpSession::take_offers(const RelpAnswer& answer) {
    if (answer.code != code_taken) return fail("it refuses the session: " + quoted(answer.words), true);
    if (!offers_syslog(answer.more)) return fail("it does not offer the command \"syslog\"", true);
    window_.begin(relp_number_after(offer_number));
    state_ = State::open;
}

void RelpSession::fail(std::string words, bool needs_a_person) {
    state_ = State::failed;
    words_ = std::move(words);
    needs_a_person_ = needs_a_person;
}

}  // namespace tapferry
