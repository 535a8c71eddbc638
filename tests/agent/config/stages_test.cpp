// The tables of a destination's stages: filter, privacy, labels, match lists, places.
#include <sys/stat.h>

#include <algorithm>

#include "proto/dns_text.h"
#include "tests/agent/config/config_folder.h"

namespace tapferry {
namespace {

using namespace test;

const std::string places = std::string(TAPFERRY_SOURCE_DIR) + "/tests/data/places/";

StageOptions stages(std::string_view lines) {
    return config_of(with_destination("type = \"stdout\"\n" + std::string(lines)))
        .destinations.front()
        .stages;
}

std::string fault(std::string_view lines) {
    return fault_text_of(with_destination("type = \"stdout\"\n" + std::string(lines)));
}

bool passes(const StageOptions& options, std::string_view qname, std::uint16_t qtype = 1) {
    Event event;
    event.type = MessageType::client_response;
    event.qname = qname;
    event.has_question = true;
    event.qtype = qtype;
    return Stages(options).pass(event);
}

TEST_CASE("without a table nothing is filtered, hidden or added but the registered domain that json shows") {
    const StageOptions options = stages("");
    CHECK(passes(options, "a.test"));
    CHECK(!options.where);
    CHECK(options.sample == 1);
    CHECK(options.privacy.client == PrivacyOptions::Client::keep);
    CHECK(options.match_lists.empty());
    CHECK(!options.places);
    CHECK(options.registered_domain);
    CHECK(!stages("format = \"cef\"").registered_domain);
    CHECK(stages("format = \"cef\"\nregistered_domain = true").registered_domain);
    CHECK(!stages("registered_domain = false").registered_domain);
    CHECK(stages("format = \"text\"\n[destinations.out.text]\nline = \"%{registered_domain}\"")
              .registered_domain);
    CHECK(stages("format = \"template\"\n[destinations.out.template]\nline = \"{public_suffix}\"")
              .registered_domain);
}

TEST_CASE("each list is read, one entry may stand alone, and the twins keep away") {
    const StageOptions options = stages(
        "[destinations.out.filter]\nqname_suffix = [\"test\", \"*.example\"]\nnot_qname_suffix = "
        "\"bad.test\"\n"
        "qtype = [\"a\", \"TYPE28\"]\nnot_qname_regex = [\"^x\", \"y$\"]\n");
    CHECK(passes(options, "a.test"));
    CHECK(passes(options, "a.test", 28));
    CHECK(passes(options, "a.example"));
    CHECK(!passes(options, "example"));
    CHECK(!passes(options, "a.bad.test"));
    CHECK(!passes(options, "a.test", 15));
    CHECK(!passes(options, "x.test"));
    CHECK(!passes(options, "a.exampley"));
    const StageOptions messages =
        stages("[destinations.out.filter]\nmessages = \"all\"\nnot_messages = [\"CR\"]\n");
    CHECK(!passes(messages, "a.test"));
}

TEST_CASE("lists that are empty say nothing") {
    CHECK(passes(
        stages("[destinations.out.filter]\nqname_suffix = []\nclient = []\nrcode = []\nidentity_regex = []\n"
               "not_messages = []\nwhere = \"\"\nqname_suffix_file = \"\""),
        "a.test"));
}

TEST_CASE("what is wrong in a filter is told with what would be right") {
    const std::pair<std::string_view, std::string_view> faults[] = {
        {"rcode = [\"NXDOMIAN\"]", "filter.rcode: \"NXDOMIAN\" is not a response code such as \"NXDOMAIN\""},
        {"qtype = [\"AAAAA\"]", "filter.qtype: \"AAAAA\" is not a record type"},
        {"client = [\"10.0.0.0/40\"]", "filter.client: \"10.0.0.0/40\" is not a network"},
        {"not_client = [\"x\"]", "filter.not_client: \"x\" is not a network"},
        {"qname_suffix = [\"a b\"]", "filter.qname_suffix: \"a b\" is not a domain name"},
        {"qname_regex = \"(\"", "filter.qname_regex: \"(\" is not a regular expression: missing ): ("},
        {"identity_regex = [1]", "filter.identity_regex: must be a list of texts"},
        {"family = \"ipv6\"", "filter.family: \"ipv6\" is not one of \"any\", \"inet\" or \"inet6\""},
        {"messages = []", "filter.messages: must name at least one message type"},
        {"not_messages = [\"X\"]", "filter.not_messages: \"X\" is not a dnstap message type"},
        {"sample = 0", "filter.sample: must be a number above 0, up to 1"},
        {"sample = 1.5", "filter.sample: must be a number above 0, up to 1"},
        {"sample = \"half\"", "filter.sample: must be a number above 0, up to 1"},
        {"where = \"rcdoe\"", "filter.where: column 1: there is no field \"rcdoe\"; did you mean \"rcode\"?"},
        {"qname_sufix = []",
         "filter.qname_sufix: is not a key that Tapferry knows here; did you mean \"qname_suffix\"?"},
        {"qname_suffix_file = \"/nowhere/x\"",
         "filter.qname_suffix_file: /nowhere/x cannot be read: No such file"},
        {"qname_suffix_file = \"/\"", "filter.qname_suffix_file: / is not a regular file"},
    };
    for (const auto& [line, told] : faults) {
        const std::string all = fault("[destinations.out.filter]\n" + std::string(line));
        CAPTURE(all);
        CHECK(all.find(told) != std::string::npos);
    }
}

TEST_CASE("an expression may ask for the labels that labels and match_lists set, and for no other") {
    const std::string where = "[destinations.out.filter]\nwhere = 'labels.site or labels.list'\n";
    const std::string labels = "[destinations.out.labels]\nsite = \"fra1\"\n";
    const std::string lists = "[destinations.out.match_lists.bad]\nfile = \"/dev/null\"\n";
    CHECK(fault(where).find("filter.where: column 1: there is no label \"site\": none is set") !=
          std::string::npos);
    CHECK(fault(where + labels).find("column 16: there is no label \"list\", only \"site\"") !=
          std::string::npos);
    CHECK(fault(where + lists).find("column 1: there is no label \"site\", only \"list\"") !=
          std::string::npos);
    const std::string sound = "[destinations.out.filter]\nwhere = 'labels.site'\n" + labels;
    CHECK(passes(stages(sound), "a.test"));
}

TEST_CASE("a fault of an expression carries the expression with a caret") {
    try {
        (void)stages("[destinations.out.filter]\nwhere = \"qname == 1\"");
        FAIL("no fault");
    } catch (const ConfigError& error) {
        REQUIRE(error.faults.size() == 1);
        CHECK(error.faults.front().excerpt == "qname == 1\n         ^");
    }
}

TEST_CASE("a filter that keeps every message away is refused, for it looks like one that works") {
    const std::string told = "filter.not_messages: keeps everything away that messages lets pass";
    for (const std::string lines :
         {"not_messages = \"all\"", "messages = \"all\"\nnot_messages = [\"all\"]",
          "messages = [\"CR\", \"AR\"]\nnot_messages = [\"AUTH_RESPONSE\", \"CLIENT_RESPONSE\"]"})
        CHECK(fault("[destinations.out.filter]\n" + lines).find(told) != std::string::npos);
    CHECK(fault("[destinations.out.filter]\nmessages = [\"CR\"]\nnot_messages = [\"AR\"]").empty());
    CHECK(fault("[destinations.out.filter]\nmessages = [\"X\"]\n").find(told) == std::string::npos);
}

// Of the warnings each as a line, with the file's name for its path.
std::string warnings(const ConfigFolder& folder, std::string_view lines) {
    folder.write("tapferry.toml", with_destination("type = \"stdout\"\n" + std::string(lines)));
    std::string text;
    for (const auto& warning : folder.read().warnings) text += to_line(warning) + "\n";
    const std::string prefix = folder.path("");
    for (auto at = text.find(prefix); at != std::string::npos; at = text.find(prefix))
        text.erase(at, prefix.size());
    return text;
}

TEST_CASE("a list file holds one entry a line, with talk behind #") {
    const ConfigFolder folder;
    folder.write("names.txt", "# names\n\n  Example.TEST.  # ours\r\n*.corp\n");
    const std::string filter =
        "[destinations.out.filter]\nqname_suffix_file = \"" + folder.path("names.txt") + "\"";
    const StageOptions options = stages(filter);
    CHECK(passes(options, "a.example.test"));
    CHECK(passes(options, "a.corp"));
    CHECK(!passes(options, "corp"));
    CHECK(warnings(folder, filter).empty());
    folder.write("names.txt", "");
    CHECK(!passes(stages(filter), "a.test"));
    CHECK(warnings(folder, filter).empty());
}

TEST_CASE("a line of a list file that is no entry is skipped and told with its place, and the others count") {
    const ConfigFolder folder;
    folder.write("names.txt", "# ours\ngood.test\n0.0.0.0 bad.test\n||bad\x01^\nbest.test\n");
    const std::string filter =
        "[destinations.out.filter]\nqname_suffix_file = \"" + folder.path("names.txt") + "\"";
    const StageOptions options = stages(filter);
    CHECK(passes(options, "a.good.test"));
    CHECK(passes(options, "best.test"));
    CHECK(!passes(options, "bad.test"));
    const std::string rest =
        "is skipped: it is not a domain name such as \"example.com\" or \"*.example.com\"\n";
    const std::string key = "destinations.out.filter.qname_suffix_file: ";
    CHECK(warnings(folder, filter) == "names.txt:3: " + key + "\"0.0.0.0 bad.test\" " + rest +
                                          "names.txt:4: " + key + "\"||bad?^\" " + rest);
}

TEST_CASE(
    "of many wrong lines a few are told and all are counted, and a list that is empty for them is told so") {
    const ConfigFolder folder;
    folder.write("nets.txt", "a\nb\nc\nd\n192.0.2.0/24\ne\nf\ng\n");
    const std::string list = "[destinations.out.match_lists.nets]\ntype = \"networks\"\nfile = \"" +
                             folder.path("nets.txt") + "\"";
    const std::string told = warnings(folder, list);
    CAPTURE(told);
    CHECK(std::count(told.begin(), told.end(), '\n') == 6);
    CHECK(told.find(
              "nets.txt:6: destinations.out.match_lists.nets.file: \"e\" is skipped: it is not a network or "
              "an address such as") != std::string::npos);
    CHECK(told.ends_with(
        "nets.txt: destinations.out.match_lists.nets.file: and 2 more lines are skipped, 7 of 8 "
        "in all\n"));
    folder.write("nets.txt", "0.0.0.0 bad.test\n");
    CHECK(warnings(folder, list).ends_with("nets.file: nothing is left: the list is empty\n"));
}

TEST_CASE("a file that changed makes its destination another one, and only a change does") {
    const ConfigFolder folder;
    folder.write("names.txt", "a.test\n");
    folder.write("tapferry.toml",
                 with_destination("type = \"stdout\"\n[destinations.out.match_lists.bad]\nfile = \"" +
                                  folder.path("names.txt") + "\""));
    const std::string source = folder.read().destinations.front().source;
    CHECK(folder.read().destinations.front().source == source);
    folder.write("names.txt", "b.test\n");
    CHECK(folder.read().destinations.front().source != source);
}

TEST_CASE("no client is hidden in a format that shows bytes of the frame as they came") {
    const std::string hidden = "[destinations.out.privacy]\nclient = \"mask\"\n";
    for (const std::string format : {"hex", "dnstap"})
        CHECK(fault("format = \"" + format + "\"\n" + hidden)
                  .find("cannot be hidden in format \"" + format + "\"") != std::string::npos);
    CHECK(fault("[destinations.out.json]\nraw = true\n" + hidden).find("cannot be hidden with json.raw") !=
          std::string::npos);
    const std::string kept = "[destinations.out.privacy]\nclient = \"keep\"\n";
    CHECK(fault("[destinations.out.json]\nraw = true\n" + kept).empty());
    CHECK(fault("[destinations.out.json]\nraw = false\n" + hidden).empty());
}

TEST_CASE("a key of the privacy stage is 32 bytes or 64 hex digits, and nobody else's to read") {
    const ConfigFolder folder;
    const auto with_key = [&](std::string_view bytes, mode_t mode = 0640) {
        folder.write("key", bytes);
        REQUIRE(::chmod(folder.path("key").c_str(), mode) == 0);
        return "[destinations.out.privacy]\nclient = \"cryptopan\"\nkey_file = \"" + folder.path("key") +
               "\"";
    };
    CHECK(stages(with_key(std::string(32, '\n'))).privacy.key[31] == '\n');
    CHECK(stages(with_key(std::string(62, '0') + "fF\n")).privacy.key[31] == 0xFF);
    for (const std::string& bytes :
         {std::string(), std::string(31, 'x'), std::string(33, 'x'), std::string(63, '0'),
          std::string(65, '0'), std::string(63, '0') + "g", std::string(200, '0')})
        CHECK(fault(with_key(bytes)).find("privacy.key_file: ") != std::string::npos);
    CHECK(fault(with_key(std::string(32, 'x'), 0644)).find("may be read or written by everybody") !=
          std::string::npos);
    CHECK(fault("[destinations.out.privacy]\nclient = \"hmac\"").find("key_file: is missing") !=
          std::string::npos);
    CHECK(
        fault("[destinations.out.privacy]\nclient = \"mask\"\nkey_file = \"/x\"").find("goes with client") !=
        std::string::npos);
    CHECK(fault("[destinations.out.privacy]\nclient = \"drop\"\nipv4_prefix = 8")
              .find("goes with client = \"mask\"") != std::string::npos);
    CHECK(fault("[destinations.out.privacy]\nclient = \"mask\"\nipv4_prefix = 33")
              .find("not between 0 and 32") != std::string::npos);
    CHECK(stages("[destinations.out.privacy]\nclient = \"mask\"\nipv6_prefix = 56").privacy.ipv6_prefix ==
          56);
}

TEST_CASE("a match list says what it holds, where to look and what becomes of what is on it") {
    const ConfigFolder folder;
    folder.write("list.txt", "192.0.2.0/24\n2001:db8::1\n");
    const auto list = [&](std::string_view lines) {
        return "[destinations.out.match_lists.my-list]\nfile = \"" + folder.path("list.txt") + "\"\n" +
               std::string(lines);
    };
    const StageOptions options = stages(list("type = \"networks\"\nuse = \"not\""));
    REQUIRE(options.match_lists.size() == 1);
    const MatchListOptions& read = options.match_lists.front();
    CHECK(read.name == "my-list");
    CHECK(read.use == MatchListOptions::Use::drop);
    CHECK(read.in_src);
    CHECK(read.in_answers);
    CHECK(!read.in_dst);
    CHECK(read.networks->contains(parse_network("192.0.2.9").value().address));
    const std::pair<std::string_view, std::string_view> faults[] = {
        {"type = \"names\"", "my-list.type: \"names\" is not one of \"domains\" or \"networks\""},
        {"use = \"drop\"", "my-list.use: \"drop\" is not one of \"tag\", \"only\" or \"not\""},
        {"type = \"networks\"\nfields = [\"qname\"]",
         "my-list.fields: \"qname\" is not one of \"answers\", \"src\""},
        {"type = \"networks\"\nfields = []", "my-list.fields: must name at least one of"},
        {"type = \"networks\"\n[destinations.out.labels]\nlist = \"x\"",
         "write the label \"list\", which is set in labels too"},
    };
    for (const auto& [lines, told] : faults) {
        const std::string all = fault(list(lines));
        CAPTURE(all);
        CHECK(all.find(told) != std::string::npos);
    }
    CHECK(fault("[destinations.out.match_lists.\"a b\"]\nfile = \"/x\"").find("a list's name is") !=
          std::string::npos);
    CHECK(fault("[destinations.out.match_lists.a]\ntype = \"domains\"").find("a.file: is missing") !=
          std::string::npos);
}

TEST_CASE("databases of places are opened when the configuration is read") {
    CHECK(stages("[destinations.out.geoip]\ncity = \"" + places + "city.mmdb\"\nasn = \"" + places +
                 "asn.mmdb\"")
              .places);
    const std::string told = fault("[destinations.out.geoip]\ncountry = \"" + places + "make_databases.py\"");
    CHECK_MESSAGE(
        told.find("geoip.country: " + places + "make_databases.py cannot be used: ") != std::string::npos,
        told);
}

}  // namespace
}  // namespace tapferry
