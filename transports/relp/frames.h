// The bytes of RELP, the Reliable Event Logging Protocol (librelp's doc/relp.html):
//
//   TXNR SP COMMAND SP DATALEN [SP DATA] LF
//
// TXNR numbers what is sent, 1 to 999999999 and then 1 again, and is repeated by the answer, whose command is
// "rsp" and whose data begins with a code of three digits; 0 is what nobody answers. DATALEN counts DATA
// alone; without data the space before it is left out. A session begins with "open" and what each side
// offers, one NAME=VALUE a line; messages are "syslog"; it ends with "close", or with the receiver's
// "serverclose". Pure; used by Relp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tapferry {

inline constexpr std::uint32_t largest_relp_number = 999'999'999;
inline constexpr std::uint32_t relp_number_after(std::uint32_t number) {
    return number == largest_relp_number ? 1 : number + 1;
}

void append_relp_frame(std::string& out, std::uint32_t number, std::string_view command,
                       std::string_view data);

struct RelpFrame {
    std::uint32_t number = 0;
    std::string_view command;
    std::string_view data;
};

// The first frame of some bytes.
struct RelpReading {
    enum class Kind : std::uint8_t {
        need_more,  // these bytes may become one
        frame,
        broken,  // whatever follows, they never will
    };
    // A receiver's data is never so long.
    static constexpr std::size_t most_data = 16 << 10;
    // Nor a frame of it.
    static constexpr std::size_t most_bytes = most_data + 64;

    Kind kind = Kind::need_more;
    RelpFrame frame{};       // views into the bytes
    std::size_t length = 0;  // of the frame, with its end
};
RelpReading read_relp_frame(std::string_view bytes);

// The data of an answer: "200 OK", a line feed, and more where the command asks for it.
struct RelpAnswer {
    unsigned code = 0;       // 0: it has none
    std::string_view words;  // the first line, with the code
    std::string_view more;   // what stands below it
};
RelpAnswer read_relp_answer(std::string_view data);

// Whether the offers of an answer to "open" hold the command "syslog".
bool offers_syslog(std::string_view offers);

}  // namespace tapferry
