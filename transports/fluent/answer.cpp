#include "transports/fluent/answer.h"

#include "transports/fluent/msgpack.h"

namespace tapferry {
namespace {

using msgpack::Value;
using msgpack::ValueReader;
using Answer = FluentAnswer;

// From here on everything is there: an answer was passed over whole before.
Value take(ValueReader& reader) {
    Value value;
    (void)reader.next(value);
    return value;
}

// A text; none for anything else, which is passed over.
std::string_view take_text(ValueReader& reader) {
    ValueReader ahead = reader;
    const Value value = take(ahead);
    (void)reader.skip();
    return value.text;
}

void read_helo(ValueReader& reader, Answer& answer) {
    const Value options = take(reader);
    if (options.kind != Value::Kind::map) return;
    for (std::uint32_t i = 0; i < options.count; ++i) {
        const std::string_view name = take_text(reader);
        const std::string_view text = take_text(reader);
        if (name == "nonce") answer.nonce = text;
        if (name == "auth") answer.salt = text;
    }
    answer.kind = Answer::Kind::helo;
}

void read_pong(ValueReader& reader, Answer& answer) {
    const Value accepted = take(reader);
    if (accepted.kind != Value::Kind::boolean) return;
    answer.accepted = accepted.is_true;
    answer.reason = take_text(reader);
    answer.hostname = take_text(reader);
    answer.digest = take_text(reader);
    answer.kind = Answer::Kind::pong;
}

void read_acknowledgement(ValueReader& reader, std::uint32_t count, Answer& answer) {
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::string_view name = take_text(reader);
        const std::string_view text = take_text(reader);
        if (name != "ack") continue;
        answer.chunk = text;
        answer.kind = Answer::Kind::acknowledgement;
    }
}

}  // namespace

FluentAnswer read_fluent_answer(std::string_view bytes) {
    Answer answer;
    ValueReader whole(bytes.substr(0, Answer::most_bytes));
    const ValueReader::Step step = whole.skip();
    if (step == ValueReader::Step::need_more && bytes.size() < Answer::most_bytes) return answer;
    answer.kind = Answer::Kind::broken;
    if (step != ValueReader::Step::value) return answer;
    answer.length = whole.at();
    ValueReader reader(bytes.substr(0, answer.length));
    const Value first = take(reader);
    if (first.kind == Value::Kind::map) read_acknowledgement(reader, first.count, answer);
    if (first.kind != Value::Kind::array || first.count < 2) return answer;
    const std::string_view name = take_text(reader);
    if (name == "HELO") read_helo(reader, answer);
    if (name == "PONG" && first.count == 5) read_pong(reader, answer);
    return answer;
}

}  // namespace tapferry
