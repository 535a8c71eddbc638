#include "transports/http/stream_check.h"

#include <string_view>

#include "transports/http/url.h"

namespace tapferry {

namespace {

constexpr unsigned not_found = 404;
// Of what is an index; of what is nothing at all it is 404.
constexpr std::string_view no_streams = R"("data_streams":[])";

SideQuestion asked(const std::string& path) {
    return {.form = {"GET", path, {}}, .body = {}, .is_vital = false};
}

}  // namespace

void StreamCheck::stored() {
    if (step_ == Step::not_yet) step_ = Step::ask_stream;
}

std::optional<SideQuestion> StreamCheck::question() {
    switch (step_) {
        case Step::ask_stream:
            step_ = Step::await_stream;
            return asked("/_data_stream/" + percent_encoded(stream_));
        case Step::ask_alias:
            step_ = Step::await_alias;
            return asked("/_alias/" + percent_encoded(stream_));
        default:
            return std::nullopt;
    }
}

void StreamCheck::take_answer(const ServerAnswer* answer) {
    const bool is_missing = answer != nullptr && answer->status == not_found;
    const bool is_none =
        answer != nullptr && answer->is_success() && answer->body.find(no_streams) != std::string::npos;
    // What an alias leads to is its owner's.
    const bool is_asked_on = (is_missing || is_none) && step_ == Step::await_stream;
    // Something else between us and the index may know no such path.
    const bool is_index =
        is_missing && answer->body.find("alias [" + stream_ + "] missing") != std::string::npos;
    if (is_index && step_ == Step::await_alias)
        warning_ =
            stream_ +
            " is an index, not a data stream, because no index template makes it one: delete it, then run "
            "tapferry probe --install-template for this destination";
    step_ = is_asked_on ? Step::ask_alias : Step::over;
}

}  // namespace tapferry
