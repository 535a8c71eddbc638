#include "transports/fluent/record.h"

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <vector>

#include "transports/fluent/msgpack.h"

namespace tapferry {
namespace {

// Appends each value as it is read.
class Appender {
  public:
    void begin(std::string& out) {
        out_ = &out;
        open_.clear();
    }

    bool Null() {
        msgpack::append_nil(*out_);
        return true;
    }
    bool Bool(bool value) {
        msgpack::append_boolean(*out_, value);
        return true;
    }
    bool Int(int value) { return Int64(value); }
    bool Uint(unsigned value) { return Uint64(value); }
    bool Int64(std::int64_t value) {
        msgpack::append_signed(*out_, value);
        return true;
    }
    bool Uint64(std::uint64_t value) {
        msgpack::append_unsigned(*out_, value);
        return true;
    }
    bool Double(double value) {
        msgpack::append_double(*out_, value);
        return true;
    }
    // Only with an option that is not set.
    bool RawNumber(const char*, rapidjson::SizeType, bool) { return false; }
    bool String(const char* text, rapidjson::SizeType size, bool) {
        msgpack::append_text(*out_, {text, size});
        return true;
    }
    bool Key(const char* text, rapidjson::SizeType size, bool copy) { return String(text, size, copy); }
    bool StartObject() {
        open_.push_back(msgpack::open_map(*out_));
        return true;
    }
    bool EndObject(rapidjson::SizeType count) { return end(count); }
    bool StartArray() {
        open_.push_back(msgpack::open_array(*out_));
        return true;
    }
    bool EndArray(rapidjson::SizeType count) { return end(count); }

  private:
    bool end(rapidjson::SizeType count) {
        msgpack::close(*out_, open_.back(), count);
        open_.pop_back();
        return true;
    }

    std::string* out_ = nullptr;
    std::vector<std::size_t> open_;  // places of what is not closed
};

}  // namespace

struct FluentRecord::Parts {
    rapidjson::Reader reader;
    Appender appender;
};

FluentRecord::FluentRecord() : parts_(std::make_unique<Parts>()) {}
FluentRecord::~FluentRecord() = default;

void FluentRecord::append(std::string& out, std::string_view text) {
    // Not recursive: a text of nothing but brackets costs no stack.
    constexpr unsigned flags = rapidjson::kParseIterativeFlag | rapidjson::kParseFullPrecisionFlag;
    const std::size_t begin = out.size();
    if (text.starts_with('{')) {
        rapidjson::MemoryStream stream(text.data(), text.size());
        parts_->appender.begin(out);
        if (parts_->reader.Parse<flags>(stream, parts_->appender)) return;
        out.resize(begin);
    }
    msgpack::append_map(out, 1);
    msgpack::append_text(out, "message");
    msgpack::append_text(out, text);
}

}  // namespace tapferry
