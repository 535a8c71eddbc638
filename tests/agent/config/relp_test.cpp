#include "tests/agent/config/config_folder.h"

namespace tapferry {
namespace {

using namespace test;

const std::string head = "type = \"relp\"\naddress = \"siem:2514\"\n";

RelpOptions relp_of(const std::string& lines) {
    return std::get<RelpOptions>(destination(lines).transport);
}

}  // namespace

TEST_CASE("RELP carries CEF in syslog messages unless another format is named") {
    const auto one = destination(head);
    CHECK(one.format_name == "cef");
    REQUIRE(one.syslog_header.has_value());
    CHECK(one.max_record_bytes == 8096);
    CHECK(one.where == "siem:2514");
    CHECK(relp_of(head).window == 1024);
    CHECK(!relp_of(head).tls);
    CHECK(destination(head + "format = \"json\"").format_name == "json");
}

TEST_CASE("RELP has several receivers, a window, TLS, and the keys of syslog's header") {
    const auto one = destination(
        "type = \"relp\"\naddresses = [\"a:2514\", \"b:2514\"]\nwindow = 128\ntls = true\nmax_bytes = 4096\n"
        "rfc = \"3164\"\nfacility = \"daemon\"\napp_name = \"dns\"\nhostname = \"agent\"");
    const auto& relp = std::get<RelpOptions>(one.transport);
    CHECK(relp.addresses.size() == 2);
    CHECK(relp.window == 128);
    CHECK(relp.tls.has_value());
    CHECK(one.where == "a:2514, b:2514 over TLS");
    CHECK(one.max_record_bytes == 4096);
    CHECK(one.syslog_header->rfc == SyslogHeaderOptions::Rfc::rfc3164);
    CHECK(one.syslog_header->facility == 3);
}

TEST_CASE("what does not belong to RELP, or is out of its bounds, is a fault") {
    for (const std::string line :
         {"window = 0", "window = 65537", "max_bytes = 1000", "framing = \"newline\"",
          "replay_window = \"5s\"", "transport = \"tls\"", "format = \"dnstap\"", "format = \"dig\"",
          "structured_data = true\nrfc = \"3164\""}) {
        CAPTURE(line);
        CHECK(faults(head + line).size() == 1);
    }
    CHECK(faults("type = \"relp\"").size() == 1);
    CHECK(faults("type = \"relp\"\naddress = \"unix:/run/relp\"\ntls = true").size() == 1);
}

}  // namespace tapferry
