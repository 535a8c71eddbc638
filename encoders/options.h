// What can be chosen of each format, finished: names resolved, limits in bytes, defaults filled in. Made by
// the configuration or the command line, taken by make_encoder(). Keys and defaults are documented in
// conf/tapferry.toml.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tapferry {

struct JsonOptions {
    bool additional = false;  // the additional section too
    bool schema = false;      // ends each event with "schema":"tapferry/1"
};

struct CefOptions {
    std::string vendor = "Tapferry";   // 1 to 63 printable characters
    std::string product = "Tapferry";  // likewise
    enum class Ipv6 : std::uint8_t { inline_address, c6a } ipv6 = Ipv6::inline_address;
    std::size_t max_bytes = 0;  // of a whole record with its envelope; 0: no limit beyond 32 KiB
};

// Which records of which answers passive DNS is told.
struct PassiveDnsOptions {
    // from_frame: what resolvers were told and what authority says, as the frame shows; selected: whatever
    // answers the filter lets through.
    enum class Sources : std::uint8_t { from_frame, selected } sources = Sources::from_frame;
    // Records that do not belong to what was asked.
    enum class Bailiwick : std::uint8_t { drop, keep } bailiwick = Bailiwick::drop;
    bool d4 = false;  // only types that D4's importers know, and no quotes
};

struct PassivednsOptions {
    enum class Mode : std::uint8_t { aggregate, each } mode = Mode::aggregate;
    // Of aggregate.
    std::chrono::milliseconds window{60'000};
    std::size_t max_rows = 100'000;
    // Whose address stands in the client's column: of the first or the last event of a row, or nobody's.
    enum class Client : std::uint8_t { first, last, none } client = Client::first;
    // passivedns: of some types only the fields that the tool of that name prints.
    enum class Rdata : std::uint8_t { full, passivedns } rdata = Rdata::full;
    bool errors = false;  // a line for NXDOMAIN and other response codes
    PassiveDnsOptions records = {};
};

struct CofOptions {
    std::chrono::milliseconds window{60'000};
    std::size_t max_rows = 100'000;
    bool trailing_dot = false;  // of all names
    enum class Rdata : std::uint8_t { array, string } rdata = Rdata::array;
    // Names the sensor in place of the DNS server's identity; empty: the identity.
    std::string sensor_id = {};
    PassiveDnsOptions records = {};
};

struct SummaryOptions {
    std::chrono::milliseconds window{60'000};
    std::size_t max_rows = 10'000;
    // Names of event fields that check_group_by() accepts.
    std::vector<std::string> group_by = {"src", "registered_domain", "qtype", "rcode"};
};

struct TextOptions {
    // Literal text and %{field} directives; empty: the line that dnstap-read prints.
    std::string format = {};
};

// Of every format, in the order of the manual.
using FormatOptions = std::variant<JsonOptions,        //
                                   CefOptions,         //
                                   PassivednsOptions,  //
                                   CofOptions,         //
                                   SummaryOptions,     //
                                   TextOptions>;

struct SyslogHeaderOptions {
    std::uint8_t facility = 16;  // 0 to 23; 16: local0
    std::string app_name = "tapferry";
    enum class Hostname : std::uint8_t { identity, fixed } hostname = Hostname::identity;
    // The agent's own name or a text of the configuration; also used without an identity.
    std::string fixed_hostname = {};
    bool structured_data = false;
};

}  // namespace tapferry
