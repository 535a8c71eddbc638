// One JSON object being appended: members by their prepared prefixes (comma, name, colon and opening quote),
// values escaped behind them. Used by the formats that are JSON; lives for one event.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "encoders/bounds.h"
#include "encoders/escape.h"
#include "proto/dns_text.h"
#include "proto/event.h"
#include "proto/text_pieces.h"

namespace tapferry {

struct JsonLine {
    // `room`: how many bytes the line may have when its sections end. `longest_rdata`: in characters.
    JsonLine(TextBuffer& line, const Event& shown, SecondText& seconds, std::size_t room,
             std::size_t longest_rdata = max_rdata_text)
        : out(line),
          event(shown),
          second(seconds),
          sections_end(line.size() + room),
          max_rdata(longest_rdata) {}

    // What needs no escape; see TextBuffer::append().
    template <typename... Parts>
    void put(const Parts&... parts) {
        out.append(parts...);
    }
    // A text member of opaque bytes, with its closing quote.
    void opaque(std::string_view prefix, std::string_view bytes) {
        out.append(prefix);
        escaped([&] { append_opaque(out, bytes); });
        out.push_back('"');
    }
    // A text member of what is printable already, with its closing quote.
    void text(std::string_view prefix, std::string_view printable) {
        out.append(prefix);
        escaped([&] { out.append(printable); });
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
    // The member that is the name asked; owners that are the same name are copied from it.
    void qname(std::string_view prefix);

    // `write` for as many of the records as there is room for; nothing when there are none. Returns how many.
    template <typename Write>
    std::size_t list(std::string_view prefix, std::string_view separator, char end,
                     const std::vector<dns::ResourceRecord>& records, Write write) {
        std::size_t shown = 0;
        for (const dns::ResourceRecord& one : records) {
            const std::size_t before = out.size();
            if (shown < max_shown_records) {
                put(shown == 0 ? prefix : separator);
                write(one);
            }
            if (shown == max_shown_records || out.size() > sections_end) {
                out.truncate(before);
                clipped = true;
                break;
            }
            ++shown;
        }
        if (shown != 0) put(end);
        return shown;
    }
    // A section as an array of {name, type, class, ttl, data}.
    std::size_t section(std::string_view prefix, const std::vector<dns::ResourceRecord>& records);
    // Parts of a record: its owner, its data, and its data as a member, which is left out when it is empty.
    void owner(const dns::ResourceRecord& record);
    void rdata(const dns::ResourceRecord& record);
    void rdata_member(std::string_view prefix, const dns::ResourceRecord& record);

    TextBuffer& out;
    const Event& event;
    SecondText& second;
    std::size_t sections_end;
    const std::size_t max_rdata;
    bool clipped = false;

  private:
    // Text that is needed again: where it stands in `out`.
    struct Stretch {
        std::size_t begin = 0;
        std::size_t length = 0;
    };
    Stretch qname_;
};

}  // namespace tapferry
