#include "tests/agent/config/config_folder.h"

namespace tapferry {
namespace {

using namespace test;
using Lines = std::vector<std::string>;

DestinationConfig destination(std::string_view lines) {
    return config_of(with_destination(lines)).destinations.front();
}
Lines faults(std::string_view lines) {
    return faults_of(with_destination(lines));
}

TEST_CASE("each type has its default format and selection") {
    const auto usual = describe(Selection::usual());
    const auto all = describe(Selection::all());
    struct Row {
        std::string_view lines, format, selection;
    };
    for (const auto& row :
         {Row{"type = \"syslog\"\naddress = \"a:1\"", "cef", usual},
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
    for (const std::string list : {"", "\"client_response\"", "\"XX\"", "\"\"", "\"ALL\"", "\"UNKNOWN\""}) {
        CAPTURE(list);
        CHECK(faults("type = \"stdout\"\nfilter = { messages = [" + list + "] }").size() == 1);
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

TEST_CASE("over TCP a syslog message may be longer, and its framing is chosen") {
    const std::string tcp = "type = \"syslog\"\naddress = \"a:601\"\n";
    CHECK(std::get<CefOptions>(destination(tcp).format).max_bytes == 8096);
    CHECK(std::get<CefOptions>(destination(tcp + "max_bytes = \"1MiB\"").format).max_bytes == 1u << 20);
    CHECK(std::get<StreamOptions>(destination(tcp + "framing = \"newline\"").transport).framing ==
          Framing::newline);
    CHECK(faults(tcp + "framing = \"nul\"").size() == 1);
    CHECK(faults(tcp + "transport = \"tls\"").size() == 1);
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

TEST_CASE("severities of a format hold for the syslog header too, and LEEF has the time as QRadar reads it") {
    const std::string syslog = "type = \"syslog\"\naddress = \"a:601\"\n";
    const auto cef = destination(syslog + "cef = { severity = { NXDOMAIN = 4, DNS-POLICY = 9 } }");
    Severities expected;
    REQUIRE(expected.set("NXDOMAIN", 4));
    REQUIRE(expected.set("DNS-POLICY", 9));
    CHECK(std::get<CefOptions>(cef.format).severities == expected);
    CHECK(cef.syslog_header->severities == expected);
    CHECK(cef.syslog_header->time_digits == 6);
    const auto leef =
        destination(syslog + "format = \"leef\"\nleef = { severity = { NXDOMAIN = 4, DNS-POLICY = 9 } }");
    CHECK(std::get<LeefOptions>(leef.format).severities == expected);
    CHECK(std::get<LeefOptions>(leef.format).max_bytes == 8096);
    CHECK(leef.syslog_header->severities == expected);
    CHECK(leef.syslog_header->time_digits == 3);
    for (const std::string fault :
         {"NXDOMAIN = 11", "NXDOMAIN = -1", "NXDOMAIN = \"high\"", "NXDOMAINS = 1"}) {
        CAPTURE(fault);
        CHECK(faults(syslog + "cef = { severity = { " + fault + " } }").size() == 1);
    }
}

TEST_CASE("a format's table holds its options, and the table of another format is a fault") {
    CHECK(std::get<JsonOptions>(
              destination("type = \"stdout\"\njson = { additional = true, schema = true }").format)
              .additional);
    const auto json = std::get<JsonOptions>(
        destination("type = \"stdout\"\njson = { answers = \"one_event_each\", raw = true }").format);
    CHECK(json.answers == JsonOptions::Answers::one_event_each);
    CHECK(json.raw);
    const auto ecs = std::get<EcsOptions>(
        destination("type = \"stdout\"\nformat = \"ecs\"\necs = { data_stream = \"logs-dns.lab_2-a.b\" }")
            .format);
    CHECK(ecs.type == "logs");
    CHECK(ecs.dataset == "dns.lab_2");
    CHECK(ecs.name_space == "a.b");
    const auto plain = std::get<EcsOptions>(
        destination("type = \"stdout\"\nformat = \"ecs\"\necs = { data_stream = \"\" }").format);
    CHECK(plain.type.empty());
    CHECK(plain.dataset == "dns.dnstap");
    const auto ocsf = std::get<OcsfOptions>(
        destination("type = \"stdout\"\nformat = \"ocsf\"\nocsf = { version = \"1.9\", observables = true }")
            .format);
    CHECK(ocsf.version == OcsfOptions::Version::v1_9);
    CHECK(ocsf.observables);
    CHECK(std::get<ZeekOptions>(
              destination("type = \"stdout\"\nformat = \"zeek\"\nzeek = { path = true }").format)
              .path);
    CHECK(std::get<GelfOptions>(
              destination("type = \"stdout\"\nformat = \"gelf\"\ngelf = { host = \"ns1\" }").format)
              .host == "ns1");
    CHECK(std::get<GelfOptions>(
              destination("type = \"stdout\"\nformat = \"gelf\"\ngelf = { host = \"identity\" }").format)
              .host.empty());
    const auto cef = std::get<CefOptions>(
        destination(
            "type = \"stdout\"\nformat = \"cef\"\ncef = { vendor = \"A\", product = \"B\", ipv6 = \"c6a\", "
            "profile = \"infoblox\", answers = \"one_event_each\" }")
            .format);
    CHECK(cef.vendor == "A");
    CHECK(cef.product == "B");
    CHECK(cef.ipv6 == CefOptions::Ipv6::c6a);
    CHECK(cef.profile == CefOptions::Profile::infoblox);
    CHECK(cef.answers == CefOptions::Answers::one_event_each);
    CHECK(faults("type = \"stdout\"\ncef = { vendor = \"A\" }") ==
          Lines{"tapferry.toml:6:7: destinations.out.cef: holds options of a format that is not chosen: "
                "format is "
                "\"json\""});
}

TEST_CASE("the options of formats that aggregate are taken") {
    using namespace std::chrono_literals;
    const auto passive = std::get<PassivednsOptions>(
        destination(
            "type = \"stdout\"\nformat = \"passivedns\"\n[destinations.out.passivedns]\nmode = \"each\"\n"
            "window = \"5m\"\nmax_rows = 5\nclient = \"last\"\nrdata = \"passivedns\"\nerrors = true\n"
            "bailiwick = \"keep\"\nprofile = \"none\"")
            .format);
    CHECK(passive.mode == PassivednsOptions::Mode::each);
    CHECK(passive.window == 5min);
    CHECK(passive.max_rows == 5);
    CHECK(passive.client == PassivednsOptions::Client::last);
    CHECK(passive.rdata == PassivednsOptions::Rdata::passivedns);
    CHECK(passive.errors);
    CHECK(passive.records.bailiwick == PassiveDnsOptions::Bailiwick::keep);
    CHECK(!passive.records.d4);
    const auto cof = std::get<CofOptions>(
        destination(
            "type = \"stdout\"\nformat = \"cof\"\n[destinations.out.cof]\nwindow = \"1s\"\nmax_rows = 7\n"
            "trailing_dot = true\nrdata = \"string\"\nsensor_id = \"fra 1\"")
            .format);
    CHECK(cof.window == 1s);
    CHECK(cof.max_rows == 7);
    CHECK(cof.trailing_dot);
    CHECK(cof.rdata == CofOptions::Rdata::string);
    CHECK(cof.sensor_id == "fra 1");
    const auto summary = std::get<SummaryOptions>(
        destination("type = \"stdout\"\nformat = \"summary\"\n[destinations.out.summary]\nwindow = \"1h\"\n"
                    "max_rows = 9\ngroup_by = [\"identity\"]")
            .format);
    CHECK(summary.window == 1h);
    CHECK(summary.max_rows == 9);
    CHECK(summary.group_by == Lines{"identity"});
}

TEST_CASE("passive DNS is fed by the frame's own type unless the filter names types") {
    const auto sources = [](const std::string& more) {
        const auto format = destination("type = \"stdout\"\nformat = \"cof\"\n" + more).format;
        return std::get<CofOptions>(format).records.sources;
    };
    CHECK(sources("") == PassiveDnsOptions::Sources::from_frame);
    CHECK(sources("filter = { messages = [\"CR\"] }") == PassiveDnsOptions::Sources::selected);
    CHECK(sources("filter = { messages = [\"all\"] }") == PassiveDnsOptions::Sources::from_frame);
    const auto passive =
        destination("type = \"stdout\"\nformat = \"passivedns\"\nfilter = { messages = [\"AR\"] }").format;
    CHECK(std::get<PassivednsOptions>(passive).records.sources == PassiveDnsOptions::Sources::selected);
}

TEST_CASE("options that a format cannot use are faults") {
    for (const std::string lines :
         {"format = \"xml\"",
          "format = \"JSON\"",
          "json = { colour = true }",
          "json = { answers = \"each\" }",
          "format = \"ecs\"\necs = { data_stream = \"logs\" }",
          "format = \"ecs\"\necs = { data_stream = \"logs-dns\" }",
          "format = \"ecs\"\necs = { data_stream = \"logs-dns-a-b\" }",
          "format = \"ecs\"\necs = { data_stream = \"logs--a\" }",
          "format = \"ecs\"\necs = { data_stream = \"logs-Dns-a\" }",
          "format = \"ecs\"\necs = { data_stream = \"logs-dns-\" }",
          "format = \"ocsf\"\nocsf = { version = \"1.4\" }",
          "format = \"cim\"\ncim = { a = 1 }",
          "format = \"asim\"\nasim = { a = 1 }",
          "format = \"zeek\"\nzeek = { path = 1 }",
          "format = \"gelf\"\ngelf = { host = \"\" }",
          "format = \"cef\"\ncef = { vendor = \"\" }",
          "format = \"cef\"\ncef = { vendor = \"a\\nb\" }",
          "format = \"cef\"\ncef = { ipv6 = \"c6a2\" }",
          "format = \"cef\"\ncef = { profile = \"bluecat\" }",
          "format = \"cef\"\ncef = { answers = \"each\" }",
          "format = \"leef\"\nleef = { vendor = \"a|b\" }",
          "format = \"passivedns\"\npassivedns = { mode = \"all\" }",
          "format = \"passivedns\"\npassivedns = { window = \"999ms\" }",
          "format = \"passivedns\"\npassivedns = { window = \"61m\" }",
          "format = \"passivedns\"\npassivedns = { max_rows = 0 }",
          "format = \"passivedns\"\npassivedns = { profile = \"D4\" }",
          "format = \"passivedns\"\npassivedns = { profile = \"d4\", errors = true }",
          "format = \"cof\"\ncof = { profile = \"d4\", trailing_dot = true }",
          "format = \"cof\"\ncof = { profile = \"d4\", rdata = \"array\" }",
          "format = \"cof\"\ncof = { sensor_id = \"a\\nb\" }",
          "format = \"summary\"\nsummary = { group_by = [\"colour\"] }",
          "format = \"summary\"\nsummary = { max_rows = 1000001 }",
          "format = \"text\"\ntext = { line = \"%{colour}\" }",
          "format = \"text\"\ntext = { line = \"%{\" }"}) {
        CAPTURE(lines);
        CHECK(faults("type = \"stdout\"\n" + lines).size() == 1);
    }
}

TEST_CASE("json takes the shape of dnstap-receiver, and then none of its own options") {
    const std::string profile = "type = \"stdout\"\n[destinations.out.json]\nprofile = \"dnstap-receiver\"";
    CHECK(std::get<JsonOptions>(destination(profile).format).profile ==
          JsonOptions::Profile::dnstap_receiver);
    for (const std::string key :
         {"answers = \"array\"", "additional = false", "raw = false", "schema = true"}) {
        const Lines told = faults(profile + "\n" + key);
        REQUIRE(told.size() == 1);
        CHECK(told.front().ends_with(
            "does not apply to profile = \"dnstap-receiver\", which has other fields"));
        CHECK(faults("type = \"stdout\"\n[destinations.out.json]\nprofile = \"tapferry\"\n" + key).empty());
    }
}

TEST_CASE("text, template and yaml have options of their own") {
    CHECK(std::get<TextOptions>(
              destination("type = \"stdout\"\nformat = \"text\"\ntext = { line = \"%{src}\" }").format)
              .format == "%{src}");
    const auto own = destination(
        "type = \"stdout\"\nformat = \"template\"\ntemplate = { line = \"{src}\", absent = \"\" }");
    CHECK(std::get<TemplateOptions>(own.format).line == "{src}");
    CHECK(std::get<TemplateOptions>(own.format).absent.empty());
    const auto flat =
        destination("type = \"stdout\"\nformat = \"yaml\"\nyaml = { layout = \"dnstap-receiver\" }");
    CHECK(std::get<YamlOptions>(flat.format).layout == YamlOptions::Layout::dnstap_receiver);
    for (const std::string lines :
         {"format = \"template\"\ntemplate = { line = \"{colour}\" }",
          "format = \"template\"\ntemplate = { line = \"\" }",
          "format = \"template\"\ntemplate = { line = \"{src:xml}\" }",
          "format = \"template\"\ntemplate = { absent = \"a\\nb\" }",
          "format = \"yaml\"\nyaml = { layout = \"flat\" }", "format = \"dig\"\ndig = { colour = true }"}) {
        CAPTURE(lines);
        CHECK(faults("type = \"stdout\"\n" + lines).size() == 1);
    }
}

TEST_CASE("formats of several lines and of bytes go only where they can be told apart") {
    const std::string syslog = "type = \"syslog\"\naddress = \"a:1\"\nformat = ";
    const std::string tcp = "type = \"tcp\"\naddress = \"a:1\"\nformat = ";
    for (const std::string format : {"\"yaml\"", "\"dig\"", "\"hex\""}) {
        CAPTURE(format);
        CHECK(faults("type = \"stdout\"\nformat = " + format).empty());
        CHECK(faults("type = \"file\"\npath = \"/x\"\nformat = " + format).empty());
        CHECK(faults(tcp + format).empty());
        CHECK(faults(syslog + format) ==
              Lines{"tapferry.toml:7:10: destinations.out.format: " + format +
                    " has several lines an event, and a record of \"syslog\" is one line; it goes to "
                    "\"file\", \"stdout\" and \"tcp\""});
    }
    CHECK(faults(tcp + "\"dnstap\"\nframing = \"length\"").empty());
    CHECK(framing_of(destination("type = \"stdout\"\nformat = \"dnstap\"").transport) ==
          Framing::frame_streams);
    CHECK(framing_of(destination("type = \"file\"\npath = \"/x\"\nformat = \"dnstap\"").transport) ==
          Framing::frame_streams);
    CHECK(framing_of(destination("type = \"file\"\npath = \"/x\"").transport) == Framing::newline);
    for (const std::string& lines : {tcp + "\"dnstap\"", syslog + "\"dnstap\""}) {
        CAPTURE(lines);
        const Lines told = faults(lines);
        REQUIRE(told.size() == 1);
        CHECK(told.front().find("is bytes and no text") != std::string::npos);
    }
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
    CHECK(faults("type = \"kafka\"\nbrokers = [\"a:9092\"]\ntopic = \"dns\"") ==
          Lines{"tapferry.toml:5:8: destinations.out.type: \"kafka\" is not one of \"syslog\", \"tcp\", "
                "\"file\" or "
                "\"stdout\""});
}

}  // namespace
}  // namespace tapferry
