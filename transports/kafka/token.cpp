#include "transports/kafka/token.h"

#include <rapidjson/document.h>

#include <cstdint>
#include <optional>

namespace tapferry {

using namespace std::chrono_literals;

namespace {

constexpr auto unknown_lifetime = 5min;

// "exp" counts seconds; what lies beyond the year 9999 is no time.
constexpr double last_second = 253402300799;

std::optional<std::uint32_t> six_bits(char c) {
    constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const auto found = letters.find(c);
    if (found == std::string_view::npos) return std::nullopt;
    return static_cast<std::uint32_t>(found);
}

// Base64 for addresses, RFC 4648, section 5, without padding.
std::optional<std::string> decode(std::string_view text) {
    std::string bytes;
    std::uint32_t gathered = 0;
    unsigned bits = 0;
    for (const char c : text) {
        const auto six = six_bits(c);
        if (!six) return std::nullopt;
        gathered = (gathered << 6 | *six) & 0xFFFFFF;
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        bytes.push_back(static_cast<char>(gathered >> bits & 0xFF));
    }
    return bytes;
}

// The second of the parts between dots.
std::string_view claims_of(std::string_view token) {
    const auto begin = token.find('.');
    if (begin == std::string_view::npos) return {};
    const auto end = token.find('.', begin + 1);
    return token.substr(begin + 1, end == std::string_view::npos ? end : end - begin - 1);
}

}  // namespace

BearerToken bearer_token(std::string_view text, std::chrono::sys_time<std::chrono::milliseconds> now) {
    BearerToken token{std::string(text), "tapferry", now + unknown_lifetime};
    const auto claims = decode(claims_of(text));
    rapidjson::Document json;
    if (!claims ||
        json.Parse<rapidjson::kParseIterativeFlag>(claims->data(), claims->size()).HasParseError() ||
        !json.IsObject())
        return token;
    const auto subject = json.FindMember("sub");
    if (subject != json.MemberEnd() && subject->value.IsString() && subject->value.GetStringLength() != 0)
        token.principal.assign(subject->value.GetString(), subject->value.GetStringLength());
    const auto expires = json.FindMember("exp");
    if (expires != json.MemberEnd() && expires->value.IsNumber() && expires->value.GetDouble() > 0 &&
        expires->value.GetDouble() < last_second)
        token.expires = std::chrono::sys_seconds(
            std::chrono::seconds(static_cast<std::int64_t>(expires->value.GetDouble())));
    return token;
}

}  // namespace tapferry
