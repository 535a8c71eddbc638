#include "transports/relp/frames.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <optional>

#include "proto/characters.h"

namespace tapferry {
namespace {

constexpr std::size_t most_digits = 9;
constexpr std::size_t most_command = 32;

std::string_view take_line(std::string_view& text) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
}

// Goes through bytes that may break off anywhere.
class Reader {
  public:
    using Kind = RelpReading::Kind;

    explicit Reader(std::string_view bytes) : bytes_(bytes) {}

    // What stands before the next character that is not `wanted`, and not more than `most` of it.
    Kind take(bool (*wanted)(char), std::size_t most, std::string_view& taken) {
        std::size_t end = at_;
        while (end < bytes_.size() && end - at_ <= most && wanted(bytes_[end])) ++end;
        taken = bytes_.substr(at_, end - at_);
        if (taken.size() > most) return Kind::broken;
        if (end == bytes_.size()) return Kind::need_more;
        if (taken.empty()) return Kind::broken;
        at_ = end;
        return Kind::frame;
    }
    Kind take_number(std::uint32_t& number) {
        std::string_view digits;
        const Kind kind = take(&is_digit, most_digits, digits);
        if (kind == Kind::frame) std::from_chars(digits.data(), digits.data() + digits.size(), number);
        return kind;
    }
    Kind take(char wanted) {
        if (at_ == bytes_.size()) return Kind::need_more;
        return bytes_[at_++] == wanted ? Kind::frame : Kind::broken;
    }
    Kind take_bytes(std::size_t count, std::string_view& taken) {
        if (bytes_.size() - at_ < count) return Kind::need_more;
        taken = bytes_.substr(at_, count);
        at_ += count;
        return Kind::frame;
    }
    [[nodiscard]] bool is_at(char wanted) const { return at_ < bytes_.size() && bytes_[at_] == wanted; }
    [[nodiscard]] std::size_t at() const { return at_; }

  private:
    std::string_view bytes_;
    std::size_t at_ = 0;
};

RelpReading::Kind read(Reader& reader, RelpFrame& frame) {
    using Kind = RelpReading::Kind;
    std::uint32_t length = 0;
    if (const Kind kind = reader.take_number(frame.number); kind != Kind::frame) return kind;
    if (const Kind kind = reader.take(' '); kind != Kind::frame) return kind;
    if (const Kind kind = reader.take(&is_letter, most_command, frame.command); kind != Kind::frame)
        return kind;
    if (const Kind kind = reader.take(' '); kind != Kind::frame) return kind;
    if (const Kind kind = reader.take_number(length); kind != Kind::frame) return kind;
    if (length > RelpReading::most_data) return Kind::broken;
    // Without data some write the space all the same.
    if (length != 0 || reader.is_at(' '))
        if (const Kind kind = reader.take(' '); kind != Kind::frame) return kind;
    if (const Kind kind = reader.take_bytes(length, frame.data); kind != Kind::frame) return kind;
    return reader.take('\n');
}

}  // namespace

void append_relp_frame(std::string& out, std::uint32_t number, std::string_view command,
                       std::string_view data) {
    assert(number <= largest_relp_number && command.size() <= most_command);
    // Whole: each piece that is appended by itself costs as much as a short record.
    constexpr std::size_t most_length = 20;
    std::array<char, most_digits + most_command + most_length + 3> head;
    char* end = std::to_chars(head.data(), head.data() + most_digits, number).ptr;
    *end++ = ' ';
    end = std::copy(command.begin(), command.end(), end);
    *end++ = ' ';
    end = std::to_chars(end, end + most_length, data.size()).ptr;
    if (!data.empty()) *end++ = ' ';
    out.append(head.data(), end);
    out += data;
    out += '\n';
}

RelpReading read_relp_frame(std::string_view bytes) {
    RelpReading reading;
    Reader reader(bytes);
    reading.kind = read(reader, reading.frame);
    reading.length = reader.at();
    return reading;
}

RelpAnswer read_relp_answer(std::string_view data) {
    RelpAnswer answer;
    answer.words = take_line(data);
    answer.more = data;
    const std::string_view code = answer.words.substr(0, 3);
    const bool ends = answer.words.size() == 3 || (answer.words.size() > 3 && answer.words[3] == ' ');
    if (ends && std::all_of(code.begin(), code.end(), is_digit))
        std::from_chars(code.data(), code.data() + code.size(), answer.code);
    return answer;
}

bool offers_syslog(std::string_view offers) {
    constexpr std::string_view name = "commands=";
    while (!offers.empty()) {
        std::string_view line = take_line(offers);
        if (!line.starts_with(name)) continue;
        line.remove_prefix(name.size());
        for (;;) {
            const std::size_t comma = std::min(line.find(','), line.size());
            if (line.substr(0, comma) == "syslog") return true;
            if (comma == line.size()) break;
            line.remove_prefix(comma + 1);
        }
    }
    return false;
}

}  // namespace tapferry
