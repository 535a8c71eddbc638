#include "tests/agent/config/config_folder.h"

namespace tapferry {
namespace {

using namespace test;
using Lines = std::vector<std::string>;

TEST_CASE("each type has its default format and selection") {
    const auto usual = describe(Selection::usual());
    const auto all = describe(Selection::all());
    struct Row {
        std::string_view lines, format, selection;
    };
    for (const auto& row :
         {Row{"type = \"syslog\"\naddress = \"a:1\"", "cef", usual},
          Row{"type = \"relp\"\naddress = \"a:1\"", "cef", usual},
          Row{"type = \"tcp\"\naddress = \"a:1\"", "json", usual},
          Row{"type = \"file\"\npath = \"/x\"", "json", all}, Row{"type = \"stdout\"", "json", all},
          Row{"type = \"stdout\"\nformat = \"cef\"", "cef", usual},
          Row{"type = \"syslog\"\naddress = \"a:1\"\nformat = \"json\"", "json", usual},
          Row{"type = \"stdout\"\nformat = \"ecs\"", "ecs", usual},
          Row{"type = \"tcp\"\naddress = \"a:1\"\nformat = \"text\"", "text", all},
          Row{"type = \"tcp\"\naddress = \"a:1\"\nformat = \"passivedns\"", "passivedns", all},
          Row{"type = \"tcp\"\naddress = \"a:1\"\nformat = \"cof\"", "cof", all},
          Row{"type = \"tcp\"\naddress = \"a:1\"\nformat = \"summary\"", "summary", usual}}) {
        CAPTURE(row.lines);
        const auto one = destination(row.lines);
        CHECK(one.format_name == row.format);
        CHECK(describe(one.stages.selection) == row.selection);
    }
}

TEST_CASE("a filter takes names and short forms of dnstap's messages, or all") {
    const auto selected = [](const std::string& list) {
        return describe(
            destination("type = \"stdout\"\nfilter = { messages = [" + list + "] }").stages.selection);
    };
    CHECK(selected(R"("CLIENT_RESPONSE")") == "CR ");
    CHECK(selected(R"("CR", "AUTH_QUERY", "UR")") == "AQ CR UR ");
    CHECK(selected(R"("CR", "all")") == describe(Selection::all()));
    CHECK(selected(R"("client_response", "Aq")") == "AQ CR ");
    CHECK(selected(R"("ALL")") == describe(Selection::all()));
    for (const std::string list : {"", "\"client-response\"", "\"XX\"", "\"\"", "\"UNKNOWN\""}) {
        CAPTURE(list);
        CHECK(faults("type = \"stdout\"\nfilter = { messages = [" + list + "] }").size() == 1);
    }
}

TEST_CASE("what goes first after an outage is told by a word, and how fast the rest follows by a number") {
    const auto usual = destination("type = \"stdout\"");
    CHECK(usual.catch_up == CatchUp::oldest_first);
    CHECK(usual.catch_up_rate == 0);
    const auto live = destination("type = \"stdout\"\ncatch_up = \"live_first\"\ncatch_up_rate = 5000");
    CHECK(live.catch_up == CatchUp::live_first);
    CHECK(live.catch_up_rate == 5000);
    CHECK(destination("type = \"stdout\"\ncatch_up = \"oldest_first\"").catch_up == CatchUp::oldest_first);
    for (const std::string line : {"catch_up = \"live\"", "catch_up = true", "catch_up_rate = -1",
                                   "catch_up_rate = \"fast\"", "catch_up_rate = 1000000001"}) {
        CAPTURE(line);
        CHECK(faults("type = \"stdout\"\n" + line).size() == 1);
    }
}

TEST_CASE("one address or a list of addresses, and not both") {
    const auto several = destination("type = \"tcp\"\naddresses = [\"a:1\", \"[::1]:2\", \"unix:/run/s\"]");
    CHECK(std::get<StreamOptions>(several.transport).addresses.size() == 3);
    CHECK(several.where == "a:1, [::1]:2, unix:/run/s");
    CHECK(faults("type = \"tcp\"\naddress = \"a:1\"\naddresses = [\"b:1\"]").size() == 1);
    CHECK(faults("type = \"tcp\"\naddresses = []").size() == 1);
    CHECK(faults("type = \"tcp\"\naddresses = [\"a:1\", \"b\", \"c\"]").size() == 2);
    CHECK(faults("type = \"tcp\"\naddresses = [5, \"a:1\", 6]").size() == 2);
    CHECK(faults("type = \"tcp\"\naddresses = [\"\"]").size() == 1);
}

TEST_CASE("an address that can never be connected to is a fault, not a retry for ever") {
    CHECK(faults("type = \"tcp\"\naddress = \"siem:0\"").size() == 1);
    CHECK(faults("type = \"tcp\"\naddress = \"unix:/" + std::string(106, 'x') + "\"").empty());
    CHECK(faults("type = \"tcp\"\naddress = \"unix:/" + std::string(107, 'x') + "\"").size() == 1);
}

TEST_CASE("over UDP there is one address, no framing and no replay window") {
    const std::string udp = "type = \"syslog\"\ntransport = \"udp\"\n";
    const auto one = destination(udp + "address = \"a:514\"");
    CHECK(std::get<DatagramOptions>(one.transport).max_bytes == 1400);
    CHECK(std::get<CefOptions>(one.format).max_bytes == 1400);
    CHECK(faults(udp + "addresses = [\"a:514\"]").empty());
    CHECK(faults(udp + "addresses = [\"a:514\", \"b:514\"]").size() == 1);
    CHECK(faults(udp + "address = \"a:514\"\nframing = \"newline\"") ==
          Lines{"tapferry.toml:8:11: destinations.out.framing: does not apply to transport = \"udp\""});
    CHECK(faults(udp + "address = \"a:514\"\nreplay_window = \"1s\"").size() == 1);
    CHECK(faults(udp + "address = \"a:514\"\nmax_bytes = 65507").empty());
    CHECK(faults(udp + "address = \"a:514\"\nmax_bytes = 65508").size() == 1);
    CHECK(faults(udp + "address = \"a:514\"\nmax_bytes = 1023").size() == 1);
}

TEST_CASE("datagrams that most events of a format do not fit into are warned of") {
    ConfigFolder folder;
    const auto warnings = [&folder](const std::string& lines) {
        folder.write("tapferry.toml", with_destination(lines));
        return folder.read().warnings;
    };
    const std::string udp = "type = \"udp\"\naddress = \"a:514\"\n";
    const std::string syslog = "type = \"syslog\"\ntransport = \"udp\"\naddress = \"a:514\"\n";
    for (const std::string& datagrams : {udp, syslog})
        for (const std::string format : {"ecs", "ocsf"}) {
            const auto told = warnings(datagrams + "format = \"" + format + "\"");
            REQUIRE(told.size() == 1);
            CHECK(told[0].text.find("become dead letters") != std::string::npos);
            CHECK(warnings(datagrams + "max_bytes = 8192\nformat = \"" + format + "\"").empty());
        }
    CHECK(warnings(udp + "format = \"json\"").empty());
    CHECK(warnings("type = \"tcp\"\naddress = \"a:514\"\nformat = \"ecs\"").empty());
}

TEST_CASE("what waits for acknowledgements, or for their absence, has no effect on the other way") {
    ConfigFolder folder;
    const auto warnings = [&folder](const std::string& lines) {
        folder.write("tapferry.toml", with_destination(lines));
        return folder.read().warnings.size();
    };
    const std::string fluent = "type = \"fluent\"\naddress = \"a:1\"\nreplay_window = \"1s\"";
    CHECK(warnings(fluent) == 1);
    CHECK(warnings(fluent + "\nacknowledgement = false") == 0);
    const std::string hec =
        "type = \"splunk_hec\"\nurl = \"https://s\"\ntoken = \"t\"\nacknowledge_within = \"60s\"";
    CHECK(warnings(hec) == 1);
    CHECK(warnings(hec + "\nacknowledgement = true") == 0);
}

TEST_CASE("the host's own log is a socket of datagrams, whose host name the log adds itself") {
    const auto one = destination("type = \"syslog\"\naddress = \"/dev/log\"");
    const auto& options = std::get<DatagramOptions>(one.transport);
    CHECK(options.address.unix_path == "/dev/log");
    CHECK(options.max_bytes == 8096);
    CHECK(one.where == "/dev/log");
    CHECK(one.syslog_header->rfc == SyslogHeaderOptions::Rfc::rfc3164);
    CHECK(one.syslog_header->hostname == SyslogHeaderOptions::Hostname::none);
    const auto other = destination("type = \"syslog\"\naddress = \"/dev/log\"\nrfc = \"5424\"");
    CHECK(other.syslog_header->hostname == SyslogHeaderOptions::Hostname::identity);
    const auto stream = destination("type = \"syslog\"\naddress = \"/run/log\"\ntransport = \"tcp\"");
    CHECK(std::get<StreamOptions>(stream.transport).addresses.front().unix_path == "/run/log");
    CHECK(faults("type = \"syslog\"\naddress = \"a:1\"\nhostname = \"none\"").size() == 1);
}

TEST_CASE("datagrams of lines are as long as the configuration says") {
    const std::string udp = "type = \"udp\"\naddress = \"a:5170\"\n";
    const auto one = destination(udp);
    CHECK(one.format_name == "json");
    CHECK(one.max_record_bytes == 1400);
    CHECK(std::get<DatagramOptions>(one.transport).max_bytes == 1400);
    CHECK(std::get<DatagramOptions>(destination(udp + "max_bytes = 9000").transport).max_bytes == 9000);
    CHECK(std::get<CefOptions>(destination(udp + "format = \"cef\"").format).max_bytes == 1400);
    CHECK(faults(udp + "max_bytes = 65508").size() == 1);
    CHECK(faults(udp + "framing = \"newline\"").size() == 1);
    CHECK(faults("type = \"udp\"\naddresses = [\"a:1\"]").size() == 2);
}

TEST_CASE("GELF over UDP goes in chunks, of which there are 128 at most and none above 8192 bytes") {
    const std::string udp = "type = \"udp\"\naddress = \"a:12201\"\nformat = \"gelf\"\n";
    const auto one = destination(udp);
    CHECK(std::get<DatagramOptions>(one.transport).gelf_chunks);
    CHECK(one.max_record_bytes == 128 * 1388);
    CHECK(destination(udp + "max_bytes = 8192").max_record_bytes == 128 * 8180);
    CHECK(faults(udp + "max_bytes = 8193").size() == 1);
}

TEST_CASE("over TCP a syslog message may be longer, and its framing is chosen") {
    const std::string tcp = "type = \"syslog\"\naddress = \"a:601\"\n";
    CHECK(std::get<CefOptions>(destination(tcp).format).max_bytes == 8096);
    CHECK(std::get<CefOptions>(destination(tcp + "max_bytes = \"1MiB\"").format).max_bytes == 1u << 20);
    CHECK(std::get<StreamOptions>(destination(tcp + "framing = \"newline\"").transport).framing ==
          Framing::newline);
    CHECK(faults(tcp + "framing = \"nul\"").size() == 1);
    CHECK(faults(tcp + "transport = \"quic\"").size() == 1);
}

TEST_CASE("each framing of tcp is one of three") {
    const std::string tcp = "type = \"tcp\"\naddress = \"a:1\"\nframing = ";
    CHECK(std::get<StreamOptions>(destination(tcp + "\"newline\"").transport).framing == Framing::newline);
    CHECK(std::get<StreamOptions>(destination(tcp + "\"nul\"").transport).framing == Framing::nul);
    CHECK(std::get<StreamOptions>(destination(tcp + "\"length\"").transport).framing ==
          Framing::length_prefix);
    CHECK(faults(tcp + "\"octet-counting\"").size() == 1);
}

TEST_CASE("the syslog header takes only what RFC 5424 lets stand in it") {
    const std::string tcp = "type = \"syslog\"\naddress = \"a:601\"\n";
    CHECK(destination(tcp + "facility = \"kern\"").syslog_header->facility == 0);
    CHECK(destination(tcp + "facility = \"local7\"").syslog_header->facility == 23);
    CHECK(destination(tcp + "hostname = \"ns1\"").syslog_header->fixed_hostname == "ns1");
    CHECK(destination(tcp + "hostname = \"agent\"").syslog_header->hostname ==
          SyslogHeaderOptions::Hostname::fixed);
    CHECK(destination(tcp).syslog_header->hostname == SyslogHeaderOptions::Hostname::identity);
    CHECK(!destination("type = \"tcp\"\naddress = \"a:1\"").syslog_header);
    CHECK(faults(tcp + "app_name = \"" + std::string(48, 'a') + "\"").empty());
    for (const std::string line : {"facility = \"local8\"", "app_name = \"\"", "app_name = \"two words\"",
                                   "app_name = \"a\\nb\"", "app_name = \"ä\"", "hostname = \"\"",
                                   "hostname = \"a b\"", "hostname = \"a\\tb\"", "structured_data = 1"}) {
        CAPTURE(line);
        CHECK(faults(tcp + line).size() == 1);
    }
    CHECK(faults(tcp + "app_name = \"" + std::string(49, 'a') + "\"").size() == 1);
    CHECK(faults(tcp + "hostname = \"" + std::string(256, 'a') + "\"").size() == 1);
}

TEST_CASE("the header may be RFC 3164's, whose tag is shorter and which has no structured data") {
    using Rfc = SyslogHeaderOptions::Rfc;
    const std::string tcp = "type = \"syslog\"\naddress = \"a:601\"\n";
    CHECK(destination(tcp).syslog_header->rfc == Rfc::rfc5424);
    CHECK(destination(tcp + "rfc = \"3164\"").syslog_header->rfc == Rfc::rfc3164);
    const std::string iso = tcp + "rfc = \"3164-iso\"\n";
    CHECK(destination(iso).syslog_header->rfc == Rfc::rfc3164_iso);
    CHECK(faults(iso + "app_name = \"" + std::string(32, 'a') + "\"").empty());
    for (const std::string line : {"app_name = \"my-app\"", "app_name = \"\"", "structured_data = true"}) {
        CAPTURE(line);
        CHECK(faults(iso + line).size() == 1);
    }
    CHECK(faults(iso + "app_name = \"" + std::string(33, 'a') + "\"").size() == 1);
    CHECK(faults(tcp + "rfc = \"5425\"").size() == 1);
}

TEST_CASE("labels are in order of name, under plain names") {
    const auto json = destination("type = \"stdout\"\nlabels = { zone = \"b\", site = \"a\" }");
    CHECK(json.stages.labels == std::vector<FixedLabel>{{"site", "a"}, {"zone", "b"}});
    for (const std::string label :
         {"\"a b\" = \"x\"", "\"\" = \"x\"", "a-b = \"x\"", "a = 5", "a = [\"x\"]"}) {
        CAPTURE(label);
        CHECK(faults("type = \"stdout\"\nlabels = { " + label + " }").size() == 1);
    }
}

TEST_CASE("labels have the room that every format has left for them") {
    const std::string head = "type = \"stdout\"\nlabels = { ";
    const auto label = [](const std::string& name, std::size_t size, const std::string& piece) {
        std::string value;
        while (value.size() + piece.size() <= size) value += piece;
        return name + " = '" + value + "'";
    };
    CHECK(faults(head + label("site", 20'000, "x") + " }").empty());  // of which 255 characters are shown
    CHECK(faults(head + label(std::string(2'100, 'n'), 1, "x") + " }").size() == 1);
    std::string plain, quoted;
    for (int i = 0; i < 7; ++i) {
        plain += label("a" + std::to_string(i), 250, "x") + ", ";
        quoted += label("a" + std::to_string(i), 250, "\"") + ", ";
    }
    CHECK(faults(head + plain + label("b", 1, "x") + " }").empty());
    CHECK(faults(head + quoted + label("b", 1, "x") + " }").size() == 1);
    CHECK(faults(head + plain + label("b", 250, "x") + " }").size() == 1);
}

TEST_CASE("limits of batches, retries and dead letters have bounds") {
    const auto one = destination(
        "type = \"stdout\"\nbatch = { max_events = 1, max_bytes = 1024, linger = \"0\" }\n"
        "retry = { initial = \"1ms\", max = \"24h\" }\ndead_letter = { max_bytes = \"64KiB\" }\n"
        "enabled = false\nstart = \"oldest\"");
    CHECK(one.batch.max_events == 1);
    CHECK(one.batch.linger.count() == 0);
    CHECK(one.retry.max == std::chrono::hours{24});
    CHECK(one.dead_letter_bytes == 64u << 10);
    CHECK(!one.enabled);
    CHECK(one.start == Start::oldest);
    for (const std::string line :
         {"batch = { max_events = 100001 }", "batch = { max_bytes = 1023 }",
          "batch = { max_bytes = \"65MiB\" }", "batch = { linger = \"61m\" }", "retry = { initial = \"0\" }",
          "retry = { max = \"25h\" }", "retry = { initial = \"2m\" }",
          "retry = { initial = \"2s\", max = \"1s\" }", "dead_letter = { max_bytes = \"63KiB\" }",
          "start = \"middle\"", "batch = { max_event = 5 }"}) {
        CAPTURE(line);
        CHECK(faults("type = \"stdout\"\n" + line).size() == 1);
    }
}

TEST_CASE("transactions are off until their table is there, and have bounds") {
    CHECK(!destination("type = \"stdout\"").transactions);
    const auto usual = destination("type = \"stdout\"\ntransactions = {}");
    REQUIRE(usual.transactions);
    CHECK(usual.transactions->timeout == std::chrono::seconds{5});
    CHECK(usual.transactions->max_open == 50'000);
    const auto own = destination("type = \"stdout\"\ntransactions = { timeout = \"60s\", max_open = 100 }");
    CHECK(own.transactions->timeout == std::chrono::seconds{60});
    CHECK(own.transactions->max_open == 100);
    for (const std::string keys : {"timeout = \"61s\"", "timeout = \"99ms\"", "max_open = 99",
                                   "max_open = 1000001", "time_out = \"5s\""}) {
        CAPTURE(keys);
        CHECK(faults("type = \"stdout\"\ntransactions = { " + keys + " }").size() == 1);
    }
}

TEST_CASE("a file may end by size, by time and by its name, and be packed then") {
    const auto one = destination(
        "type = \"file\"\npath = \"/var/log/dns.json\"\ncompression = \"zstd\"\n"
        "rotate = { bytes = \"1GiB\", interval = \"1d\", keep = 30 }");
    const auto& options = std::get<FileOptions>(one.transport);
    CHECK(options.rotate_bytes == 1 << 30);
    CHECK(options.rotate_interval == std::chrono::hours{24});
    CHECK(options.keep == 30);
    CHECK(options.compression == Compression::zstd);
    CHECK(one.where == "/var/log/dns.json");
    CHECK(faults("type = \"file\"\npath = \"/dns-%Y%m%d.json\"\ncompression = \"gzip\"\n"
                 "rotate = { keep = 3 }")
              .empty());
}

TEST_CASE("what can have no effect on a file that never ends, or cannot be its name, is a fault") {
    for (const std::string lines :
         {"path = \"/dns.json\"\ncompression = \"gzip\"", "path = \"/dns.json\"\nrotate = { keep = 3 }",
          "path = \"/dns-%Q.json\"", "path = \"dns.json\"", "path = \"/%Y/dns.json\"",
          "path = \"/dns.json\"\nrotate = { bytes = \"1KiB\" }",
          "path = \"/dns.json\"\nrotate = { interval = \"1s\" }",
          "path = \"/dns.json\"\nrotate = { size = \"1GiB\" }"}) {
        CAPTURE(lines);
        CHECK(faults("type = \"file\"\n" + lines).size() == 1);
    }
}

TEST_CASE("keys of another type of destination are unknown") {
    for (const std::string lines :
         {"type = \"stdout\"\naddress = \"a:1\"", "type = \"file\"\npath = \"/x\"\nframing = \"nul\"",
          "type = \"tcp\"\naddress = \"a:1\"\nfacility = \"local0\"",
          "type = \"tcp\"\naddress = \"a:1\"\nmax_bytes = 2000", "type = \"stdout\"\ntoken = \"hunter2\""}) {
        CAPTURE(lines);
        const Lines told = faults(lines);
        REQUIRE(told.size() == 1);
        CHECK(told.front().find("is not a key that Tapferry knows here") != std::string::npos);
        CHECK(told.front().find("hunter2") == std::string::npos);
    }
}

TEST_CASE("a type that does not exist is told with those that do, and its other keys are left alone") {
    CHECK(faults("type = \"pigeon\"\nbrokers = [\"a:9092\"]\ntopic = \"dns\"") ==
          Lines{"tapferry.toml:5:8: destinations.out.type: \"pigeon\" is not one of \"syslog\", \"relp\", "
                "\"kafka\", \"splunk_hec\", \"elasticsearch\", \"http\", \"tcp\", \"udp\", \"fluent\", "
                "\"dnstap\", \"file\" or \"stdout\""});
}

}  // namespace
TEST_CASE("a bound that nobody can reach is not told") {
    const auto told = faults("type = \"stdout\"\ndead_letter = { max_bytes = \"1KiB\" }");
    REQUIRE(told.size() == 1);
    CHECK(told.front().ends_with(": 1KiB is less than 64KiB"));
}

}  // namespace tapferry
