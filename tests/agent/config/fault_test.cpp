#include "agent/config/fault.h"

#include <algorithm>

#include "tests/agent/config/config_folder.h"

namespace tapferry {
namespace {

using namespace test;
using Lines = std::vector<std::string>;

TEST_CASE("every fault of a file is told at once, with line, column and key, in order of place") {
    const Lines faults = faults_of(
        "[agent]\n"
        "log_level = \"loud\"\n"
        "stop_timeout = \"11m\"\n"
        "[spool]\n"
        "max_bytes = \"lots\"\n"
        "[inputs.bind]\n"
        "type = \"unix\"\n"
        "  mode = \"999\"\n"
        "[destinations.siem]\n"
        "type = \"syslog\"\n"
        "adress = \"siem:601\"\n"
        "batch = { max_events = 0, linger = \"5\" }\n");
    const Lines expected{
        R"(tapferry.toml:2:13: agent.log_level: "loud" is not one of "error", "warn", "info" or "debug")",
        R"(tapferry.toml:3:16: agent.stop_timeout: 11m is not between 0 and 10m)",
        R"(tapferry.toml:5:13: spool.max_bytes: must be a size such as "64MiB")",
        R"(tapferry.toml:6:1: inputs.bind.path: is missing, for example path = "/var/cache/bind/tapferry.sock")",
        R"(tapferry.toml:8:10: inputs.bind.mode: "999" is not an octal mode such as "0660")",
        R"(tapferry.toml:9:1: destinations.siem.address: is missing, for example address = "siem.example.com:601")",
        R"(tapferry.toml:11:10: destinations.siem.adress: is not a key that Tapferry knows here; did you mean "address"?)",
        R"(tapferry.toml:12:24: destinations.siem.batch.max_events: 0 is not between 1 and 100000)",
        R"(tapferry.toml:12:36: destinations.siem.batch.linger: must be a duration such as "200ms", "5s" or "72h")"};
    CHECK(faults == expected);
}

TEST_CASE("one mistake is one fault: a value of the wrong type is not also called empty or unreadable") {
    for (const std::string line :
         {"type = 5",
          "type = \"tcp\"\naddress = 5",
          "type = \"tcp\"\naddresses = \"a:1\"",
          "type = \"tcp\"\naddress = \"\"",
          "type = \"tcp\"\naddress = \"a:1\"\nframing = 7",
          "type = \"tcp\"\naddress = \"a:1\"\nreplay_window = 5",
          "type = \"stdout\"\nformat = 1",
          "type = \"stdout\"\nstart = true",
          "type = \"stdout\"\nenabled = \"yes\"",
          "type = \"stdout\"\nbatch = 5",
          "type = \"stdout\"\nlabels = 5",
          "type = \"stdout\"\njson = 5",
          "type = \"stdout\"\nfilter = 5",
          "type = \"stdout\"\nfilter = { messages = 1 }",
          "type = \"stdout\"\nfilter = { messages = [5] }",
          "type = \"stdout\"\nbatch = { max_events = \"5\" }",
          "type = \"stdout\"\nbatch = { max_bytes = 5.5 }",
          "type = \"stdout\"\nbatch = { linger = 5 }",
          "type = \"file\"\npath = 5",
          "type = \"file\"\npath = \"\"",
          "type = \"syslog\"\naddress = \"a:1\"\nfacility = 16",
          "type = \"syslog\"\naddress = \"a:1\"\napp_name = 16",
          "type = \"syslog\"\naddress = \"a:1\"\nhostname = 16",
          "type = \"none\"",
          "type = \"\"",
          "type = \"${TAPFERRY_TEST_IS_NOT_SET}\"",
          "type = \"stdout\"\nformat = \"${TAPFERRY_TEST_IS_NOT_SET}\"",
          "type = \"stdout\"\nbatch = { linger = \"${TAPFERRY_TEST_IS_NOT_SET}\" }"}) {
        CAPTURE(line);
        CAPTURE(fault_text_of(with_destination(line)));
        CHECK(faults_of(with_destination(line)).size() == 1);
    }
    for (const std::string line : {"mode = 660", "mode = \"rw\"", "owner = 5", "group = \"no such group\"",
                                   "max_connections = 0", "max_connections = \"64\""}) {
        CAPTURE(line);
        CHECK(faults_of(with_input(line)).size() == 1);
    }
}

TEST_CASE("a table that is none is one fault, not also everything that is missing in it") {
    const std::string input = "[inputs.bind]\ntype = \"unix\"\npath = \"/run/x.sock\"\n";
    const std::string destination = "[destinations.out]\ntype = \"stdout\"\n";
    for (const std::string& text :
         {"destinations = 5\n" + input, "inputs = 5\n" + destination, "spool = 5\n" + input + destination,
          "[inputs]\nbind = 5\n" + destination, "[destinations]\nout = 5\n" + input,
          input + "[[destinations.out]]\ntype = \"stdout\"\n"}) {
        CAPTURE(text);
        const Lines faults = faults_of(text);
        REQUIRE(faults.size() == 1);
        CHECK(faults.front().ends_with("must be a table"));
    }
}

TEST_CASE("an unknown key is told with the nearest known one, or with all that are known") {
    CHECK(faults_of(std::string(whole) + "[spool]\nmax_byte = \"1GiB\"\n") ==
          Lines{"tapferry.toml:7:12: spool.max_byte: is not a key that Tapferry knows here; did you mean "
                "\"max_bytes\"?"});
    CHECK(faults_of(std::string(whole) + "[agnt]\n") ==
          Lines{"tapferry.toml:6:1: agnt: is not a key that Tapferry knows here; did you mean \"agent\"?"});
    CHECK(faults_of(std::string(whole) + "[admin]\ncolour = 1\n") ==
          Lines{"tapferry.toml:7:10: admin.colour: is not a key that Tapferry knows here; known is only "
                "\"listen\""});
}

TEST_CASE("a file without an input or a destination says that it needs one") {
    const Lines faults = faults_of("");
    REQUIRE(faults.size() == 2);
    CHECK(faults[0].starts_with("tapferry.toml: inputs: there is no input"));
    CHECK(faults[1].starts_with("tapferry.toml: destinations: there is no destination"));
}

TEST_CASE("the error's text is all its faults, a line each, in order of place") {
    const ConfigError error(
        {{"b", 1, 1, "k", "third"}, {"a", 2, 1, "", "second"}, {"a", 1, 9, "k", "first"}});
    CHECK(std::string(error.what()) == "a:1:9: k: first\na:2:1: second\nb:1:1: k: third");
    REQUIRE(error.faults.size() == 3);
    CHECK(error.faults.front().text == "first");
}

TEST_CASE("a fault of a whole file has no line") {
    CHECK(to_line({"x.toml", 0, 0, "", "cannot be read"}) == "x.toml: cannot be read");
}

}  // namespace
}  // namespace tapferry
