#include "transports/http/answer_json.h"

#include <rapidjson/document.h>

#include <algorithm>
#include <charconv>

namespace tapferry {
namespace {

using Value = rapidjson::Value;

// However deep a hostile answer is nested, the stack is not.
class Answer {
  public:
    explicit Answer(std::string_view body) {
        document_.Parse<rapidjson::kParseIterativeFlag>(body.data(), body.size());
    }
    // Null: it is no object.
    [[nodiscard]] const Value* object() const {
        return !document_.HasParseError() && document_.IsObject() ? &document_ : nullptr;
    }

  private:
    rapidjson::Document document_;
};

const Value* member(const Value* object, const char* name) {
    if (object == nullptr || !object->IsObject()) return nullptr;
    const auto found = object->FindMember(name);
    return found == object->MemberEnd() ? nullptr : &found->value;
}

std::string text_of(const Value* value) {
    if (value == nullptr || !value->IsString()) return {};
    return {value->GetString(), value->GetStringLength()};
}

std::optional<std::uint64_t> number_of(const Value* value) {
    if (value == nullptr) return std::nullopt;
    if (value->IsUint64()) return value->GetUint64();
    if (!value->IsString()) return std::nullopt;
    const std::string text = text_of(value);
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

unsigned status_of(const Value* value) {
    return value != nullptr && value->IsUint() ? value->GetUint() : 0;
}

// What is wrong, told as an object or, by some layers before the server's own, as a text.
void read_error(const Value* error, std::string& type, std::string& reason) {
    if (error == nullptr) return;
    if (error->IsString()) {
        reason = text_of(error);
        return;
    }
    type = text_of(member(error, "type"));
    reason = text_of(member(error, "reason"));
    const std::string cause = text_of(member(member(error, "caused_by"), "reason"));
    if (!cause.empty()) reason += (reason.empty() ? "" : ": ") + cause;
}

std::string both(const std::string& first, const std::string& second) {
    return first + (first.empty() || second.empty() ? "" : ": ") + second;
}

}  // namespace

HecAnswer read_hec_answer(std::string_view body) {
    const Answer json(body);
    HecAnswer answer;
    const Value* code = member(json.object(), "code");
    if (code != nullptr && code->IsUint()) answer.code = code->GetUint();
    answer.text = text_of(member(json.object(), "text"));
    const Value* ack_id = member(json.object(), "ackId");
    answer.ack_id = number_of(ack_id);
    answer.has_odd_ack_id = ack_id != nullptr && !ack_id->IsNull() && !answer.ack_id;
    answer.invalid_event = number_of(member(json.object(), "invalid-event-number"));
    return answer;
}

std::vector<std::uint64_t> read_hec_acknowledgements(std::string_view body) {
    const Answer json(body);
    std::vector<std::uint64_t> ids;
    const Value* acks = member(json.object(), "acks");
    if (acks == nullptr || !acks->IsObject()) return ids;
    for (auto one = acks->MemberBegin(); one != acks->MemberEnd(); ++one) {
        const auto id = number_of(&one->name);
        if (id && one->value.IsTrue()) ids.push_back(*id);
    }
    return ids;
}

std::optional<std::vector<BulkItem>> read_bulk_items(std::string_view body) {
    const Answer json(body);
    const Value* items = member(json.object(), "items");
    if (items == nullptr || !items->IsArray()) return std::nullopt;
    std::vector<BulkItem> read;
    read.reserve(items->Size());
    for (const Value& item : items->GetArray()) {
        BulkItem& one = read.emplace_back();
        // {"create":{…}}: whatever the action is called.
        if (!item.IsObject() || item.MemberCount() == 0) continue;
        const Value* action = &item.MemberBegin()->value;
        one.status = status_of(member(action, "status"));
        read_error(member(action, "error"), one.error_type, one.reason);
    }
    return read;
}

std::string read_bulk_error(std::string_view body) {
    const Answer json(body);
    std::string type, reason;
    read_error(member(json.object(), "error"), type, reason);
    return both(type, reason);
}

TokenAnswer read_token_answer(std::string_view body) {
    const Answer json(body);
    TokenAnswer answer;
    answer.token = text_of(member(json.object(), "access_token"));
    if (const auto seconds = number_of(member(json.object(), "expires_in")))
        answer.expires_in = std::chrono::seconds(std::min<std::uint64_t>(*seconds, 365 * 24 * 3600));
    answer.error =
        both(text_of(member(json.object(), "error")), text_of(member(json.object(), "error_description")));
    return answer;
}

}  // namespace tapferry
