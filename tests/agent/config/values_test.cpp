#include "agent/config/values.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <limits>
#include <string>

namespace tapferry {
namespace {

using std::chrono::milliseconds;

TEST_CASE("a size is a number with a unit of 1000 or 1024, and no unit means bytes") {
    const std::pair<std::string_view, std::uint64_t> good[] = {{"0", 0},
                                                               {"4096", 4096},
                                                               {"1B", 1},
                                                               {"100kB", 100'000},
                                                               {"5MB", 5'000'000},
                                                               {"2GB", 2'000'000'000},
                                                               {"3TB", 3'000'000'000'000},
                                                               {"1KiB", 1024},
                                                               {"64MiB", 67'108'864},
                                                               {"2GiB", 2'147'483'648},
                                                               {"1TiB", 1'099'511'627'776},
                                                               {"1.5GiB", 1'610'612'736},
                                                               {"0.5KiB", 512},
                                                               {"64 MiB", 67'108'864}};
    for (const auto& row : good) {
        CAPTURE(row.first);
        const auto& [text, bytes] = row;
        CHECK(parse_size(text) == bytes);
    }
}

TEST_CASE("what is not a size is refused, whole and without overflow") {
    for (const std::string_view text : {"",
                                        " ",
                                        "MiB",
                                        "-1",
                                        "-1MiB",
                                        "64Mib",
                                        "64mib",
                                        "64M",
                                        "64 MiB ",
                                        " 64MiB",
                                        "64MiB64",
                                        "1e3",
                                        "0x10",
                                        "inf",
                                        "infinity",
                                        "nan",
                                        "1,5GiB",
                                        "99999999999TiB",
                                        "10000000000000000000",
                                        "1.5.5KiB",
                                        "\0"}) {
        CAPTURE(text);
        CHECK(!parse_size(text));
    }
}

TEST_CASE("a duration is a number with ms, s, m, h or d; only 0 needs no unit") {
    const std::pair<std::string_view, std::int64_t> good[] = {
        {"0", 0},       {"0s", 0},        {"200ms", 200},       {"1s", 1000},
        {"1.5s", 1500}, {"5m", 300'000},  {"72h", 259'200'000}, {"7d", 604'800'000},
        {"0.5ms", 1},   {"90 s", 90'000}, {"2.5h", 9'000'000}};
    for (const auto& row : good) {
        CAPTURE(row.first);
        const auto& [text, count] = row;
        CHECK(parse_duration(text) == milliseconds{count});
    }
}

TEST_CASE("what is not a duration, or longer than a century, is refused") {
    for (const std::string_view text :
         {"", "5", "1", "ms", "-1s", "1S", "1sec", "1us", "1w", "1y", " 1s", "1s ", "1s1", "1m30s", "nan",
          "infs", "1e3s", "36526d", "99999999999999999h"}) {
        CAPTURE(text);
        CHECK(!parse_duration(text));
    }
}

TEST_CASE("an address is a host and a port, an IPv6 address in brackets and a port, or a unix path") {
    struct Good {
        std::string_view text, host;
        std::uint16_t port;
        std::string_view unix_path;
    };
    for (const auto& good :
         {Good{"siem:601", "siem", 601, ""}, Good{"siem.example.com:1", "siem.example.com", 1, ""},
          Good{"192.0.2.1:65535", "192.0.2.1", 65535, ""}, Good{"[::1]:601", "::1", 601, ""},
          Good{"[2001:db8::5]:6514", "2001:db8::5", 6514, ""}, Good{"127.0.0.1:0", "127.0.0.1", 0, ""},
          Good{"unix:/dev/log", "", 0, "/dev/log"}}) {
        CAPTURE(good.text);
        const auto address = parse_address(good.text);
        REQUIRE(address);
        CHECK(address->host == good.host);
        CHECK(address->port == good.port);
        CHECK(address->unix_path == good.unix_path);
        CHECK(address->text == good.text);
    }
}

TEST_CASE("what is not an address is refused") {
    for (const std::string_view text :
         {"",        ":",        ":601",     "siem",     "siem:",    "siem:65536",
          "siem:-1", "siem:+1",  "siem: 1",  "siem:1 ",  "siem:0x1", "siem:99999999999999999999",
          "::1:601", "[::1]",    "[::1]601", "[::1:601", "[]:601",   "2001:db8::5:601",
          "unix:",   "unix:log", "unix",     "/dev/log"}) {
        CAPTURE(text);
        CHECK(!parse_address(text));
    }
}

TEST_CASE("a mode is three or four octal digits and not more than 0777") {
    const std::pair<std::string_view, std::uint32_t> good[] = {
        {"0660", 0660}, {"660", 0660}, {"0777", 0777}, {"000", 0}, {"0600", 0600}};
    for (const auto& row : good) {
        CAPTURE(row.first);
        const auto& [text, mode] = row;
        CHECK(parse_mode(text) == mode);
    }
    for (const std::string_view text :
         {"", "0", "66", "0880", "1777", "4755", "00660", "0000660", "-660", "+660", "0o660", "0x1ff", "rw-",
          "660 ", " 660", "07777", "99999999999999999999"}) {
        CAPTURE(text);
        CHECK(!parse_mode(text));
    }
}

TEST_CASE("a user or group is found by name and by number") {
    CHECK(find_user("root") == 0u);
    CHECK(find_group("root") == 0u);
    CHECK(find_user("4711") == 4711u);
    CHECK(find_group("4711") == 4711u);
    for (const std::string name : {"no-such-user-here", "-1", "4294967296", "12x", "0x10", " root"}) {
        CAPTURE(name);
        CHECK(!find_user(name));
        CHECK(!find_group(name));
    }
}

TEST_CASE("the nearest word is the one with the fewest edits, and none when nothing is near") {
    const std::vector<std::string_view> known{"address", "addresses", "transport",
                                              "framing", "format",    "max_bytes"};
    CHECK(nearest("adress", known) == "address");
    CHECK(nearest("addres", known) == "address");
    CHECK(nearest("fromat", known) == "format");
    CHECK(nearest("maxbytes", known) == "max_bytes");
    CHECK(nearest("trans", known) == "transport");
    CHECK(nearest("colour", known).empty());
    CHECK(nearest("", known).empty());
    CHECK(nearest("address", {}).empty());
}

TEST_CASE("a list of words is quoted, with \"or\" before the last") {
    CHECK(list_of({}).empty());
    CHECK(list_of({"a"}) == R"("a")");
    CHECK(list_of({"a", "b"}) == R"("a" or "b")");
    CHECK(list_of({"a", "b", "c"}) == R"("a", "b" or "c")");
}

}  // namespace
}  // namespace tapferry
