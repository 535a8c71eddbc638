// Random expressions over captured events, held against an evaluation of the same conditions over what the
// json format makes of each event.
#include <doctest/doctest.h>
#include <rapidjson/document.h>

#include <functional>
#include <random>

#include "agent/stages/expression.h"
#include "encoders/make_encoder.h"
#include "proto/decoder.h"
#include "tests/support/frame_streams_file.h"

namespace tapferry {
namespace {

using namespace test;
using Json = rapidjson::Value;
using Condition = std::function<bool(const Json&)>;

struct Written {
    std::string text;
    Condition holds;
};

const Json* member(const Json& event, const std::string& name) {
    const auto found = event.FindMember(name.c_str());
    return found == event.MemberEnd() ? nullptr : &found->value;
}

std::string text_at(const Json& event, const std::string& name) {
    const Json* value = member(event, name);
    return value == nullptr ? "" : std::string(value->GetString(), value->GetStringLength());
}

class Writer {
  public:
    explicit Writer(unsigned seed) : random_(seed) {}

    Written write(int depth) {
        if (depth == 0 || pick(4) == 0) return comparison();
        switch (pick(3)) {
            case 0: {
                auto part = write(depth - 1);
                return {"not (" + part.text + ")", [=](const Json& e) { return !part.holds(e); }};
            }
            case 1: {
                auto a = write(depth - 1), b = write(depth - 1);
                return {"(" + a.text + " and " + b.text + ")",
                        [=](const Json& e) { return a.holds(e) && b.holds(e); }};
            }
            default: {
                auto a = write(depth - 1), b = write(depth - 1);
                return {"(" + a.text + " or " + b.text + ")",
                        [=](const Json& e) { return a.holds(e) || b.holds(e); }};
            }
        }
    }

  private:
    unsigned pick(unsigned count) { return std::uniform_int_distribution<unsigned>(0, count - 1)(random_); }
    std::string one_of(const std::vector<std::string>& all) {
        return all[pick(static_cast<unsigned>(all.size()))];
    }

    Written comparison() {
        switch (pick(5)) {
            case 0:
                return code();
            case 1:
                return number();
            case 2:
                return name();
            case 3:
                return list();
            default:
                return presence();
        }
    }

    Written code() {
        const std::string field = one_of({"rcode", "qtype", "type", "protocol", "opcode", "identity", "src"});
        const std::vector<std::string> values =
            field == "rcode"   ? std::vector<std::string>{"NOERROR", "NXDOMAIN", "SERVFAIL"}
            : field == "qtype" ? std::vector<std::string>{"A", "AAAA", "PTR", "HTTPS"}
            : field == "type"  ? std::vector<std::string>{"CLIENT_QUERY", "CLIENT_RESPONSE", "RESOLVER_QUERY"}
            : field == "protocol" ? std::vector<std::string>{"UDP", "TCP"}
            : field == "opcode"   ? std::vector<std::string>{"QUERY", "NOTIFY"}
            : field == "src"      ? std::vector<std::string>{"127.0.0.1", "127.53.1.11", "::1"}
                                  : std::vector<std::string>{"named-rec", "unbound.lab.test"};
        const std::string value = one_of(values);
        const bool negated = pick(2) == 0;
        return {field + (negated ? " != \"" : " == \"") + value + "\"", [=](const Json& e) {
                    const std::string text = text_at(e, field);
                    return !text.empty() && (text == value) != negated;
                }};
    }

    Written number() {
        const std::string field = one_of({"src_port", "dst_port", "dns_id", "answer_count", "bytes"});
        const int value = static_cast<int>(pick(2) == 0 ? pick(4) : pick(65536));
        const bool less = pick(2) == 0;
        return {field + (less ? " < " : " >= ") + std::to_string(value), [=](const Json& e) {
                    const Json* number = member(e, field);
                    return number != nullptr && (number->GetDouble() < value) == less;
                }};
    }

    Written name() {
        const std::string value = one_of({"test", "example.test", "arpa", "corp.example", "a"});
        switch (pick(3)) {
            case 0:
                return {"qname ends_with \"" + value + "\"", [=](const Json& e) {
                            const std::string text = "." + text_at(e, "qname");
                            return text.size() > 1 && text.ends_with("." + value);
                        }};
            case 1:
                return {"qname contains \"" + value + "\"",
                        [=](const Json& e) { return text_at(e, "qname").find(value) != std::string::npos; }};
            default:
                return {"qname matches \"^" + value.substr(0, 1) + "\"",
                        [=](const Json& e) { return text_at(e, "qname").starts_with(value.substr(0, 1)); }};
        }
    }

    Written list() {
        if (pick(2) == 0) {
            const std::string flag = one_of({"AA", "TC", "RD", "RA", "AD"});
            return {"flags == \"" + flag + "\"", [=](const Json& e) {
                        const Json* flags = member(e, "flags");
                        if (flags == nullptr) return false;
                        for (const Json& one : flags->GetArray())
                            if (one.GetString() == flag) return true;
                        return false;
                    }};
        }
        const std::string part = one_of({"192.0.2.", ".test", "300"});
        return {"answers contains \"" + part + "\"", [=](const Json& e) {
                    const Json* answers = member(e, "answers");
                    if (answers == nullptr) return false;
                    for (const Json& one : answers->GetArray())
                        if (text_at(one, "data").find(part) != std::string::npos) return true;
                    return false;
                }};
    }

    Written presence() {
        const std::string field =
            one_of({"qname", "rcode", "src", "dst_port", "answers", "flags", "response_time", "latency",
                    "zone", "malformed", "kind", "time_source"});
        return {field, [=](const Json& e) { return member(e, field) != nullptr; }};
    }

    std::mt19937 random_;
};

TEST_CASE("an expression holds where the same condition holds over the event as json shows it") {
    Writer writer(7);
    std::vector<std::pair<Written, Expression>> all;
    for (int i = 0; i < 400; ++i) {
        auto written = writer.write(3);
        auto parsed = parse_expression(written.text);
        REQUIRE_MESSAGE(std::holds_alternative<Expression>(parsed), written.text);
        all.emplace_back(std::move(written), std::get<Expression>(std::move(parsed)));
    }
    const auto encoder = make_encoder(*default_format("json"));
    std::size_t held = 0, asked = 0;
    for (const std::string_view capture : {"bind-mix-head", "unbound", "pdns", "dnsdist"}) {
        Decoder decoder;
        Event event;
        const auto frames = read_capture(capture);
        for (std::size_t i = 0; i < frames.size(); i += 1 + frames.size() / 100) {
            REQUIRE(decoder.decode(frames[i], {{1, i}, {1'795'209'600, 0}, "in"}, event) ==
                    DecodeStatus::decoded);
            RecordBuffer records;
            encoder->encode(event, records);
            rapidjson::Document json;
            const std::string_view record = records.content(records.records().front());
            json.Parse(record.data(), record.size());
            for (auto& [written, expression] : all) {
                const bool holds = expression.matches(event);
                ++asked;
                held += holds;
                if (holds != written.holds(json)) FAIL(written.text, " over ", record);
            }
        }
    }
    // Neither answer is rare.
    CHECK(held > asked / 10);
    CHECK(held < asked / 10 * 9);
}

}  // namespace
}  // namespace tapferry
