#include <algorithm>
#include <set>
#include <sstream>

#include "tests/agent/config/config_folder.h"
#include "tests/support/frame_streams_file.h"

namespace tapferry {
namespace {

using namespace test;

std::string shipped_file() {
    return read_test_file(std::string(TAPFERRY_SOURCE_DIR) + "/conf/tapferry.toml");
}

// Whether a line is a default or a section behind its "#", not talk: talk has a space there.
bool switched_off(const std::string& line) {
    return line.size() > 1 && line[0] == '#' && (line[1] == '[' || (line[1] >= 'a' && line[1] <= 'z'));
}

// The shipped file with every default switched on, and the sections that are alternatives too.
std::string everything_switched_on() {
    std::istringstream in(shipped_file());
    std::string out;
    for (std::string line; std::getline(in, line);) {
        // Stands for the other way to write "address", which is given.
        if (line == "#addresses = []") continue;
        out += (switched_off(line) ? line.substr(1) : line) + "\n";
    }
    return out;
}

const DestinationConfig& find(const Config& config, std::string_view name) {
    const auto found = std::find_if(config.destinations.begin(), config.destinations.end(),
                                    [&](const auto& destination) { return destination.name == name; });
    REQUIRE(found != config.destinations.end());
    return *found;
}

std::string text_of(const Config& config) {
    Config copy = config;
    std::erase_if(copy.destinations, [](const auto& destination) { return destination.name != "siem"; });
    // The list of messages cannot say "new domains", which the default has besides.
    for (auto& destination : copy.destinations) destination.stages.selection = Selection::usual();
    return describe(copy);
}

TEST_CASE("the shipped file is sound as it is and with everything switched on") {
    CHECK(fault_text_of(shipped_file()).empty());
    CHECK(fault_text_of(everything_switched_on()).empty());
}

TEST_CASE("each default is what the shipped file says it is") {
    CHECK(text_of(config_of(shipped_file())) == text_of(config_of(everything_switched_on())));
}

TEST_CASE("the shipped file's list of messages is the default but for new domains") {
    CHECK(describe(find(config_of(shipped_file()), "siem").stages.selection) == "AR CR UQ UR new-domain");
    CHECK(describe(find(config_of(everything_switched_on()), "siem").stages.selection) == "AR CR UQ UR ");
}

TEST_CASE("the defaults of the shipped file's alternatives are those of sections that give none") {
    const Config told = config_of(everything_switched_on());
    const Config silent = config_of(
        "[inputs.bind]\ntype = \"unix\"\npath = \"/run/x.sock\"\n"
        "[destinations.lines]\ntype = \"tcp\"\naddress = \"logs.example.com:5170\"\nlabels = { site = "
        "\"fra1\" }\n"
        "[destinations.passive]\ntype = \"file\"\npath = \"/var/log/tapferry/passive.log\"\nformat = "
        "\"passivedns\"\n"
        "[destinations.cof]\ntype = \"file\"\npath = \"/var/log/tapferry/cof.json\"\nformat = \"cof\"\n"
        "[destinations.summary]\ntype = \"tcp\"\naddress = \"logs.example.com:5171\"\nformat = \"summary\"\n"
        "[destinations.terminal]\ntype = \"stdout\"\nformat = \"text\"\n"
        "[destinations.own]\ntype = \"stdout\"\nformat = \"template\"\n"
        "[destinations.people]\ntype = \"stdout\"\nformat = \"yaml\"\n"
        "[destinations.hec]\ntype = \"splunk_hec\"\nurl = \"https://splunk.example.com:8088\"\ntoken = "
        "\"00000000-0000-0000-0000-000000000000\"\n"
        "[destinations.elasticsearch]\ntype = \"elasticsearch\"\nurl = "
        "\"https://elastic.example.com:9200\"\n"
        "[destinations.web]\ntype = \"http\"\nurl = \"https://logs.example.com/ingest\"\noauth2 = { "
        "token_url = \"https://login.example.com/oauth2/token\", "
        "client_id = \"tapferry\", client_secret = \"secret\" }\n");
    for (const auto name :
         {"lines", "passive", "cof", "summary", "terminal", "own", "people", "hec", "elasticsearch", "web"})
        CHECK(describe(find(told, name)) == describe(find(silent, name)));
}

TEST_CASE("the defaults are these") {
    const Config config = config_of(shipped_file());
    CHECK(config.state_directory == "/var/lib/tapferry");
    CHECK(config.spool.directory == "/var/lib/tapferry/spool");
    CHECK(config.log == LogOptions{LogLevel::info, LogFormat::text});
    CHECK(config.stop_timeout == std::chrono::seconds{10});
    CHECK(config.admin.host == "127.0.0.1");
    CHECK(config.admin.port == 9753);
    CHECK(config.spool.max_bytes == 2ull << 30);
    CHECK(config.spool.segment_bytes == 64u << 20);
    REQUIRE(config.unix_inputs.size() == 1);
    CHECK(config.unix_inputs.front().mode == 0660);
    CHECK(config.unix_inputs.front().max_connections == 64);
    CHECK(!config.unix_inputs.front().owner);
    const auto& siem = find(config, "siem");
    CHECK(siem.format_name == "cef");
    CHECK(siem.batch.max_events == 1000);
    CHECK(siem.batch.max_bytes == 256u << 10);
    CHECK(siem.batch.linger == std::chrono::milliseconds{200});
    CHECK(siem.retry.initial == std::chrono::milliseconds{500});
    CHECK(siem.retry.max == std::chrono::seconds{60});
    CHECK(siem.start == Start::newest);
    CHECK(siem.enabled);
    CHECK(std::get<StreamOptions>(siem.transport).framing == Framing::octet_counting);
    CHECK(std::get<StreamOptions>(siem.transport).replay_window == std::chrono::seconds{5});
}

TEST_CASE("the known keys are sorted, each is there once, and none is a name that a user gave") {
    const auto keys = known_keys();
    CHECK(std::is_sorted(keys.begin(), keys.end()));
    CHECK(std::set<std::string>(keys.begin(), keys.end()).size() == keys.size());
    for (const std::string wanted :
         {"agent.state_directory", "admin.listen", "spool.max_bytes", "inputs.NAME.mode",
          "destinations.NAME.address", "destinations.NAME.addresses", "destinations.NAME.batch.linger",
          "destinations.NAME.cef.ipv6", "destinations.NAME.json.additional",
          "destinations.NAME.passivedns.errors", "destinations.NAME.cof.sensor_id",
          "destinations.NAME.summary.group_by", "destinations.NAME.text.line", "destinations.NAME.path",
          "destinations.NAME.fsync", "destinations.NAME.facility", "destinations.NAME.dead_letter.max_bytes",
          "destinations.NAME.filter.messages", "destinations.NAME.labels"}) {
        CAPTURE(wanted);
        CHECK(std::binary_search(keys.begin(), keys.end(), wanted));
    }
    for (const auto& key : keys) {
        CAPTURE(key);
        CHECK(key.find(".x") == std::string::npos);
    }
}

TEST_CASE("a first look needs no file: one socket for anybody, JSON lines of everything, no admin listener") {
    const Config config = first_look_config("./some.sock", "/tmp/private");
    REQUIRE(config.unix_inputs.size() == 1);
    CHECK(config.unix_inputs.front().path.front() == '/');
    CHECK(config.unix_inputs.front().path.ends_with("/some.sock"));
    CHECK(config.unix_inputs.front().mode == 0666);
    CHECK(config.admin.host.empty());
    CHECK(config.spool.directory == "/tmp/private/spool");
    REQUIRE(config.destinations.size() == 1);
    CHECK(config.destinations.front().format_name == "json");
    CHECK(config.destinations.front().start == Start::oldest);
    CHECK(describe(config.destinations.front().stages.selection) == describe(Selection::all()));
}

}  // namespace
}  // namespace tapferry
