// One JSON object being appended: members by their prepared prefixes (comma, name, colon and opening quote),
// values escaped behind them. Used by json.cpp; lives for one event.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "encoders/escape.h"
#include "proto/dns_text.h"
#include "proto/event.h"
#include "proto/text_pieces.h"

namespace tapferry {

struct JsonLine {
    // `room`: how many bytes the line may have when its sections end.
    JsonLine(TextBuffer& line, const Event& shown, SecondText& seconds, std::size_t room)
        : out(line), event(shown), second(seconds), sections_end(line.size() + room) {}

    // What needs no escape; see TextBuffer::append().
    template <typename... Parts>
    void put(const Parts&... parts) {
        out.append(parts...);
    }
    void opaque(std::string_view prefix, std::string_view bytes) {
        out.append(prefix);
        escaped([&] { append_opaque(out, bytes); });
        out.push_back('"');
    }
    // Escapes what `append` appends to `out`.
    template <typename Append>
    void escaped(Append append) {
        const std::size_t from = out.size();
        append();
        escape_json(out, from);
    }

    template <std::size_t Size>
    void time(const char (&prefix)[Size], const Timestamp& time) {
        put(prefix, second.of(time.seconds), FractionText{time.nanoseconds, event.time_digits}, "Z\"");
    }
    // The member "qname".
    void qname();
    // The records of a section as an array, as many as there is room for; nothing when there are none.
    void section(std::string_view prefix, const std::vector<dns::ResourceRecord>& records);

    TextBuffer& out;
    const Event& event;
    SecondText& second;
    const std::size_t sections_end;
    bool clipped = false;

  private:
    // Text that is needed again: where it stands in `out`.
    struct Stretch {
        std::size_t begin = 0;
        std::size_t length = 0;
    };
    void record(const dns::ResourceRecord& record);
    void record_data(const dns::ResourceRecord& record);
    [[nodiscard]] bool owner_is_qname(const dns::ResourceRecord& record) const;

    Stretch qname_;
};

}  // namespace tapferry
