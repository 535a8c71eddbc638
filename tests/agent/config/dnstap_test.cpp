#include "tests/agent/config/config_folder.h"

namespace tapferry {
namespace {

using namespace test;
using Lines = std::vector<std::string>;

const std::string head = "type = \"dnstap\"\naddress = \"collector:6000\"\n";

StreamOptions stream_of(const std::string& lines) {
    return std::get<StreamOptions>(destination(head + lines).transport);
}

bool carries_ids(const std::string& lines) {
    return std::get<DnstapOptions>(destination(head + lines).format).carry_id;
}

}  // namespace

TEST_CASE("dnstap sends every frame as it is, in Frame Streams, without ids") {
    const auto one = destination(head);
    CHECK(one.format_name == "dnstap");
    CHECK(one.where == "collector:6000");
    CHECK(describe(one.stages.selection) == describe(Selection::all()));
    CHECK(framing_of(one.transport) == Framing::frame_streams);
    CHECK(stream_of("").replay_window == std::chrono::seconds{5});
    CHECK(!stream_of("").tls);
    CHECK(!carries_ids(""));
}

TEST_CASE("dnstap has several receivers, unix sockets, TLS, a window, and ids that go along") {
    const auto one = destination("type = \"dnstap\"\naddresses = [\"a:6000\", \"unix:/run/dnstap.sock\"]");
    const auto& addresses = std::get<StreamOptions>(one.transport).addresses;
    REQUIRE(addresses.size() == 2);
    CHECK(addresses[1].unix_path == "/run/dnstap.sock");
    CHECK(stream_of("tls = true").tls.has_value());
    CHECK(stream_of("replay_window = \"1s\"").replay_window == std::chrono::seconds{1});
    CHECK(carries_ids("carry_id = true"));
    CHECK(carries_ids("format = \"dnstap\"\ncarry_id = true"));
}

TEST_CASE("what cannot be, or has no effect, with dnstap is a fault") {
    for (const std::string lines : {"framing = \"length\"", "carry_id = \"yes\"", "replay_window = \"2m\"",
                                    "privacy = { client = \"drop\" }", "addresses = [\"b:1\"]"}) {
        CAPTURE(lines);
        CHECK(faults(head + lines).size() == 1);
    }
    CHECK(faults("type = \"dnstap\"").size() == 1);
    CHECK(faults("type = \"dnstap\"\naddress = \"unix:/x\"\ntls = true").size() == 1);
    CHECK(faults("type = \"file\"\npath = \"/x\"\nformat = \"dnstap\"\ncarry_id = true").size() == 1);
    for (const std::string format : {"json", "hex", "yaml", "cef"}) {
        CHECK(faults(head + "format = \"" + format + "\"\ncarry_id = true") ==
              Lines{"tapferry.toml:7:10: destinations.out.format: \"" + format +
                    "\" is not dnstap, and type \"dnstap\" sends frames as they are: leave \"format\" out"});
    }
}

TEST_CASE("an input is believed what ids its events have only when that is said, and by every destination") {
    const auto config = config_of(with_input("trust_ids = true\n") +
                                  "[inputs.other]\ntype = \"unix\"\npath = \"/run/y.sock\"\n"
                                  "[destinations.two]\ntype = \"stdout\"\n");
    for (const auto& destination : config.destinations)
        CHECK(destination.trusted_inputs == std::vector<std::string>{"bind"});
    CHECK(config_of(whole).destinations.front().trusted_inputs.empty());
    CHECK(faults_of(with_input("trust_ids = 1\n")).size() == 1);
}

}  // namespace tapferry
