#include "tests/agent/config/config_folder.h"

namespace tapferry {
namespace {

using namespace test;
using Lines = std::vector<std::string>;

std::string with(std::string_view more) {
    return std::string(whole) + std::string(more);
}

TEST_CASE("a full spool drops whole segments, so a segment is at most a quarter of it") {
    CHECK(faults_of(with("[spool]\nmax_bytes = \"1GiB\"\nsegment_bytes = \"256MiB\"\n")).empty());
    CHECK(faults_of(with("[spool]\nmax_bytes = \"1GiB\"\nsegment_bytes = \"257MiB\"\n")) ==
          Lines{"tapferry.toml:8:17: spool.segment_bytes: must be at most a quarter of max_bytes: a full "
                "spool drops "
                "whole segments"});
    CHECK(faults_of(with("[spool]\nsegment_bytes = \"1GiB\"\n")).size() == 1);
}

TEST_CASE("a small spool without a segment size gets segments that fit") {
    for (const std::string size : {"256KiB", "1MiB", "100MiB", "255MiB", "1GiB"}) {
        const Config config = config_of(with("[spool]\nmax_bytes = \"" + size + "\"\n"));
        CAPTURE(size);
        CHECK(config.spool.segment_bytes >= 64u << 10);
        CHECK(config.spool.segment_bytes * 4 <= config.spool.max_bytes);
    }
}

TEST_CASE("a size may be a number of bytes, and its bounds are told in units") {
    CHECK(config_of(with("[spool]\nmax_bytes = 1073741824\n")).spool.max_bytes == 1u << 30);
    CHECK(fault_text_of(with("[spool]\nmax_bytes = \"100KiB\"\n")) ==
          "tapferry.toml:7:13: spool.max_bytes: 100KiB is not between 256KiB and 1048576TiB\n");
    CHECK(fault_text_of(with("[spool]\nmax_bytes = -1\n")) ==
          "tapferry.toml:7:13: spool.max_bytes: must be a size such as \"64MiB\"\n");
}

TEST_CASE("there is no blocking when the spool is full") {
    CHECK(faults_of(with("[spool]\nwhen_full = \"drop_oldest\"\n")).empty());
    CHECK(faults_of(with("[spool]\nwhen_full = \"drop_newest\"\n")).empty());
    CHECK(faults_of(with("[spool]\nwhen_full = \"block\"\n")).size() == 1);
}

TEST_CASE("the spool is synced never, always, or after a time") {
    const auto sync = [](const std::string& value) {
        return config_of(with("[spool]\nsync = \"" + value + "\"\n")).spool.sync;
    };
    CHECK_FALSE(config_of(with("")).spool.sync);
    CHECK_FALSE(sync("never"));
    CHECK(sync("always") == std::chrono::milliseconds(0));
    CHECK(sync("1s") == std::chrono::milliseconds(1000));
    for (const std::string wrong : {"0s", "2h", "sometimes", "1", ""}) {
        CAPTURE(wrong);
        CHECK(faults_of(with("[spool]\nsync = \"" + wrong + "\"\n")).size() == 1);
    }
}

TEST_CASE("limits of age and free space can be switched off") {
    CHECK(config_of(with("")).spool.max_age == std::chrono::hours(72));
    CHECK(config_of(with("")).spool.min_free_bytes == 1u << 30);
    const Config config = config_of(with("[spool]\nmax_age = \"0\"\nmin_free_bytes = \"0\"\n"));
    CHECK(config.spool.max_age == std::chrono::milliseconds(0));
    CHECK(config.spool.min_free_bytes == 0);
}

TEST_CASE("the admin listener takes a host and a port, or nothing, and no unix socket") {
    CHECK(config_of(with("[admin]\nlisten = \"[::1]:0\"\n")).admin.host == "::1");
    CHECK(config_of(with("[admin]\nlisten = \"[::1]:0\"\n")).admin.port == 0);
    CHECK(config_of(with("[admin]\nlisten = \"\"\n")).admin.host.empty());
    for (const std::string listen :
         {"9753", "localhost", "unix:/run/admin.sock", ":9753", "localhost:99999"}) {
        CAPTURE(listen);
        CHECK(faults_of(with("[admin]\nlisten = \"" + listen + "\"\n")).size() == 1);
    }
}

TEST_CASE("the state directory is an absolute path, and the spool lies in it") {
    CHECK(config_of(with("[agent]\nstate_directory = \"/srv/t\"\n")).spool.directory == "/srv/t/spool");
    CHECK(faults_of(with("[agent]\nstate_directory = \"srv/t\"\n")).size() == 1);
    CHECK(faults_of(with("[agent]\nstate_directory = \"\"\n")).size() == 1);
}

TEST_CASE("an input's socket has an absolute path that a socket can have") {
    const auto input = [](const std::string& path) {
        return "[destinations.out]\ntype = \"stdout\"\n[inputs.bind]\ntype = \"unix\"\npath = \"" + path +
               "\"\n";
    };
    CHECK(faults_of(input("/run/x.sock")).empty());
    CHECK(faults_of(input("run/x.sock")).size() == 1);
    CHECK(faults_of(input("")).size() == 1);
    CHECK(faults_of(input("/" + std::string(99, 'x'))).empty());
    CHECK(faults_of(input("/" + std::string(100, 'x'))).size() == 1);
}

TEST_CASE("two inputs cannot have one path") {
    CHECK(faults_of(with("[inputs.other]\ntype = \"unix\"\npath = \"/run/x.sock\"\n")) ==
          Lines{"tapferry.toml:8:8: inputs.other.path: is the path of inputs.bind too"});
}

TEST_CASE("an input's owner and group are ids when they are known on this host") {
    const Config config = config_of(with_input("owner = \"root\"\ngroup = \"4711\"\nmode = \"0600\""));
    CHECK(config.unix_inputs.front().owner == 0u);
    CHECK(config.unix_inputs.front().group == 4711u);
    CHECK(config.unix_inputs.front().mode == 0600);
    CHECK(faults_of(with_input("owner = \"no-such-user-here\"")) ==
          Lines{"tapferry.toml:6:9: inputs.bind.owner: there is no user \"no-such-user-here\" on this host"});
}

TEST_CASE("a name becomes a file name and a label, so it is letters, digits, _ and -") {
    for (const std::string& name : std::vector<std::string>{"a", "A-1_b", "0", std::string(64, 'n')}) {
        CAPTURE(name);
        CHECK(faults_of(with("[destinations.\"" + name + "\"]\ntype = \"stdout\"\n")).empty());
    }
    for (const std::string& name : std::vector<std::string>{"", "..", "a/b", "a b", "-a", "a.b", "\\u0000",
                                                            "\\n", "ä", "a\\\"b", std::string(65, 'n')}) {
        CAPTURE(name);
        CHECK(faults_of(with("[destinations.\"" + name + "\"]\ntype = \"stdout\"\n")).size() == 1);
        CHECK(faults_of(with("[inputs.\"" + name + "\"]\ntype = \"unix\"\npath = \"/run/y\"\n")).size() == 1);
    }
}

TEST_CASE("a hundred destinations are a hundred destinations") {
    std::string text(whole);
    for (int i = 0; i < 100; ++i) text += "[destinations.d" + std::to_string(i) + "]\ntype = \"stdout\"\n";
    CHECK(config_of(text).destinations.size() == 101);
}

}  // namespace
TEST_CASE(
    "an outline tells where the agent is and what its destinations are called, whatever else is wrong") {
    const ConfigFolder folder;
    folder.write(
        "tapferry.toml",
        "[agent]\nstate_directory = \"/var/lib/x\"\n[admin]\nlisten = \"127.0.0.1:1\"\n[inputs.bind]\n"
        "type = \"nothing\"\n[destinations.a]\ntype = \"splunk_hec\"\ntoken_file = \"/no/such/file\"\n");
    folder.write("conf.d/b.toml", "[destinations.b]\nenabled = false\n");
    CHECK(!folder.faults().empty());
    const Config outline = read_outline(folder.path("tapferry.toml"));
    CHECK(outline.state_directory == "/var/lib/x");
    CHECK(outline.admin.port == 1);
    REQUIRE(outline.destinations.size() == 2);
    CHECK(outline.destinations[0].name == "a");
    CHECK(outline.destinations[0].enabled);
    CHECK(!outline.destinations[1].enabled);
    folder.write("conf.d/b.toml", "[destinations.b\n");
    CHECK_THROWS_AS(read_outline(folder.path("tapferry.toml")), ConfigError);
    folder.write("conf.d/b.toml", "[admin]\nlisten = 7\n");
    CHECK_THROWS_AS(read_outline(folder.path("tapferry.toml")), ConfigError);
}

}  // namespace tapferry
