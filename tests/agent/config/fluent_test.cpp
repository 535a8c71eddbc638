#include <sys/stat.h>

#include <fstream>

#include "tests/agent/config/config_folder.h"

namespace tapferry {
namespace {

using namespace test;

const std::string head = "type = \"fluent\"\naddress = \"logs:24224\"\n";

FluentOptions fluent_of(const std::string& lines) {
    return std::get<FluentOptions>(destination(head + lines).transport);
}

}  // namespace

TEST_CASE("the forward protocol carries JSON under the tag dns, acknowledged, unless told otherwise") {
    const auto one = destination(head);
    CHECK(one.format_name == "json");
    CHECK(!one.syslog_header);
    CHECK(one.where == "logs:24224");
    const auto fluent = fluent_of("");
    CHECK(fluent.tag == "dns");
    CHECK(fluent.acknowledgement);
    CHECK(fluent.shared_key.empty());
    CHECK(!fluent.hostname.empty());
    CHECK(!fluent.tls);
}

TEST_CASE("the forward protocol has several receivers, TLS, a key and a user") {
    const auto one = destination(
        "type = \"fluent\"\naddresses = [\"a:1\", \"unix:/run/fluent.sock\"]\ntag = \"dns.events\"\n"
        "shared_key = \"secret\"\nusername = \"tapferry\"\npassword = \"word\"");
    const auto& fluent = std::get<FluentOptions>(one.transport);
    CHECK(fluent.addresses.size() == 2);
    CHECK(fluent.tag == "dns.events");
    CHECK(fluent.shared_key == "secret");
    CHECK(fluent.username == "tapferry");
    CHECK(fluent.password == "word");
    CHECK(fluent_of("tls = true").tls.has_value());
    const auto unacknowledged = fluent_of("acknowledgement = false\nreplay_window = \"1s\"");
    CHECK(!unacknowledged.acknowledgement);
    CHECK(unacknowledged.replay_window == std::chrono::seconds{1});
}

TEST_CASE("a secret may stand in a file that nobody else may read") {
    const TemporaryFolder folder;
    const std::string path = folder.path("key");
    std::ofstream(path) << "\tfrom the file\r\n";
    REQUIRE(::chmod(path.c_str(), 0640) == 0);
    const std::string line = "shared_key_file = \"" + path + "\"\n";
    CHECK(fluent_of(line).shared_key == "from the file");
    CHECK(faults(head + line + "shared_key = \"too\"").size() == 1);
    REQUIRE(::chmod(path.c_str(), 0644) == 0);
    CHECK(faults(head + line).size() == 1);
    REQUIRE(::chmod(path.c_str(), 0600) == 0);
    std::ofstream(path, std::ios::trunc) << "\r\n";
    CHECK(faults(head + line).size() == 1);
    CHECK(faults(head + "shared_key_file = \"" + folder.path("none") + "\"").size() == 1);
}

TEST_CASE("what cannot be, or has no effect, with the forward protocol is a fault, and no secret is shown") {
    for (const std::string lines :
         {"tag = \"\"", "tag = \"a b\"", "username = \"a\"\npassword = \"hunter2\"",
          "shared_key = \"hunter2\"\nusername = \"a\"", "shared_key = \"a\"\npassword = \"hunter2\"",
          "format = \"dnstap\"", "framing = \"newline\""}) {
        CAPTURE(lines);
        const auto told = faults(head + lines);
        REQUIRE(told.size() == 1);
        CHECK(told.front().find("hunter2") == std::string::npos);
    }
}

}  // namespace tapferry
