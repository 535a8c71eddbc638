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

#include "encoders/event_class.h"

namespace tapferry {

struct JsonOptions {
    // dnstap_receiver: with the keys of the Python tool of that name; the other options are without effect.
    enum class Profile : std::uint8_t { tapferry, dnstap_receiver } profile = Profile::tapferry;
    enum class Answers : std::uint8_t { array, one_event_each } answers = Answers::array;
    bool additional = false;  // the additional section too
    bool raw = false;         // the bytes of a message that does not parse, in hex
    bool schema = false;      // ends each event with "schema":"tapferry/1"
};

struct EcsOptions {
    // Of the member data_stream, each of a-z 0-9 . _; an empty type: there is no such member.
    std::string type = "logs";
    std::string dataset = "dns.dnstap";  // event.dataset too
    std::string name_space = "default";
};

struct CimOptions {};

struct CefOptions {
    std::string vendor = "Tapferry";   // 1 to 63 printable characters
    std::string product = "Tapferry";  // likewise
    Severities severities = {};
    enum class Ipv6 : std::uint8_t { inline_address, c6a } ipv6 = Ipv6::inline_address;
    // infoblox: with the keys that content for Infoblox's DNS events reads.
    enum class Profile : std::uint8_t { arcsight, infoblox } profile = Profile::arcsight;
    enum class Answers : std::uint8_t { array, one_event_each } answers = Answers::array;
    std::size_t max_bytes = 0;  // of a whole record with its envelope; 0: no limit beyond 32 KiB
};

struct OcsfOptions {
    enum class Version : std::uint8_t { v1_3, v1_9 } version = Version::v1_3;
    bool observables = false;
};

struct AsimOptions {};

struct ZeekOptions {
    bool path = false;  // begins with "_path":"dns" and "_system_name", as streams of several logs do
};

struct GelfOptions {
    std::string host = {};  // printable; empty: the DNS server's identity
};

struct LeefOptions {
    std::string vendor = "Tapferry";   // 1 to 63 printable characters without "|"
    std::string product = "Tapferry";  // likewise
    Severities severities = {};        // 0 is written as 1, LEEF's lowest
    std::size_t max_bytes = 0;         // as CefOptions::max_bytes
};

// Which records of which answers passive DNS is told.
struct PassiveSelection {
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
    PassiveSelection records = {};
};

struct CofOptions {
    std::chrono::milliseconds window{60'000};
    std::size_t max_rows = 100'000;
    bool trailing_dot = false;  // of all names
    enum class Rdata : std::uint8_t { array, string } rdata = Rdata::array;
    // Names the sensor in place of the DNS server's identity; empty: the identity.
    std::string sensor_id = {};
    PassiveSelection records = {};
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

struct TemplateOptions {
    // Literal text with {field}, {field:json}, {field:cef}, {field:raw}, {{ and }}.
    std::string line = "{time} {type} {src} {qname} {qtype} {rcode}";
    std::string absent = "-";  // stands for a field that an event has not; printable ASCII
};

struct YamlOptions {
    // dnstap_read: the document of `dnstap-read -y`; dnstap_receiver: the flat one of the Python tool.
    enum class Layout : std::uint8_t { dnstap_read, dnstap_receiver } layout = Layout::dnstap_read;
};
struct DigOptions {};
struct HexOptions {};
struct DnstapOptions {
    bool carry_id = false;  // the event's id goes along in the frame's `extra`
};

// Of every format, in the order of the manual.
using FormatOptions = std::variant<JsonOptions,        //
                                   EcsOptions,         //
                                   CimOptions,         //
                                   CefOptions,         //
                                   LeefOptions,        //
                                   OcsfOptions,        //
                                   AsimOptions,        //
                                   ZeekOptions,        //
                                   GelfOptions,        //
                                   PassivednsOptions,  //
                                   CofOptions,         //
                                   SummaryOptions,     //
                                   TextOptions,        //
                                   TemplateOptions,    //
                                   YamlOptions,        //
                                   DigOptions,         //
                                   HexOptions,         //
                                   DnstapOptions>;

struct SyslogHeaderOptions {
    // rfc3164: "Nov 20 21:23:42 HOST TAG: ", in UTC; rfc3164_iso: the same with RFC 3339's time.
    enum class Rfc : std::uint8_t { rfc5424, rfc3164, rfc3164_iso } rfc = Rfc::rfc5424;
    std::uint8_t facility = 16;         // 0 to 23; 16: local0
    std::string app_name = "tapferry";  // for RFC 3164 1 to 32 letters and digits
    // none: left out, for a host's own log, which adds it; RFC 3164 only.
    enum class Hostname : std::uint8_t { identity, fixed, none } hostname = Hostname::identity;
    // The agent's own name or a text of the configuration; also used without an identity.
    std::string fixed_hostname = {};
    bool structured_data = false;  // RFC 5424 only
    unsigned time_digits = 6;      // of a second's fraction, 0 to 6
    Severities severities = {};
};

// The JSON around a record for Splunk's HTTP Event Collector. Texts may hold {field}s, as a template has
// them; one whose text is empty, or becomes so, is left out.
struct SplunkEnvelopeOptions {
    std::string host = "{identity}";
    std::string own_host = {};  // the agent's own name: of events without that of a DNS server
    std::string source = "dnstap";
    std::string sourcetype = {};
    std::string index = {};
    std::vector<std::string> indexed_fields = {};  // names of event fields
    bool is_json = true;                           // the record is a JSON object; else it becomes a text
};

}  // namespace tapferry
