// What can be chosen of each format, finished: names resolved, limits in bytes, defaults filled in. Made by
// the configuration or the command line, taken by make_encoder(). Keys and defaults are documented in
// conf/tapferry.toml.
#pragma once

#include <array>
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

struct PassivednsOptions {
    enum class Client : std::uint8_t { keep, none } client = Client::keep;
    bool errors = true;  // a line for NXDOMAIN and other response codes
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
struct DnstapOptions {};

// Of every format, in the order of the manual.
using FormatOptions = std::variant<JsonOptions,        //
                                   CefOptions,         //
                                   PassivednsOptions,  //
                                   TextOptions,        //
                                   TemplateOptions,    //
                                   YamlOptions,        //
                                   DigOptions,         //
                                   HexOptions,         //
                                   DnstapOptions>;

struct SyslogHeaderOptions {
    std::uint8_t facility = 16;  // 0 to 23; 16: local0
    std::string app_name = "tapferry";
    enum class Hostname : std::uint8_t { identity, fixed } hostname = Hostname::identity;
    // The agent's own name or a text of the configuration; also used without an identity.
    std::string fixed_hostname = {};
    bool structured_data = false;
};

}  // namespace tapferry
