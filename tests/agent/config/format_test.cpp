#include "tests/agent/config/config_folder.h"

namespace tapferry {
namespace {

using namespace test;
using Lines = std::vector<std::string>;

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
    CHECK(passive.records.bailiwick == PassiveSelection::Bailiwick::keep);
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
    CHECK(sources("") == PassiveSelection::Sources::from_frame);
    CHECK(sources("filter = { messages = [\"CR\"] }") == PassiveSelection::Sources::selected);
    CHECK(sources("filter = { messages = [\"all\"] }") == PassiveSelection::Sources::from_frame);
    const auto passive =
        destination("type = \"stdout\"\nformat = \"passivedns\"\nfilter = { messages = [\"AR\"] }").format;
    CHECK(std::get<PassivednsOptions>(passive).records.sources == PassiveSelection::Sources::selected);
}

TEST_CASE("words of a fixed set are taken in any case") {
    CHECK(destination("type = \"stdout\"\nformat = \"JSON\"").format_name == "json");
    CHECK(faults("type = \"stdout\"\nformat = \"passivedns\"\npassivedns = { profile = \"D4\" }").empty());
}

TEST_CASE("options that a format cannot use are faults") {
    for (const std::string lines :
         {"format = \"xml\"",
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
          "format = \"passivedns\"\npassivedns = { profile = \"d5\" }",
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

}  // namespace
}  // namespace tapferry
