#include "agent/commands/explain/record_fields.h"

#include <doctest/doctest.h>

namespace tapferry {
namespace {

// "key=value" of each, a line each.
std::string told(std::string_view format, std::string_view record) {
    std::string text;
    for (const auto& field : fields_of_record(format, record)) text += field.key + "=" + field.value + "\n";
    return text;
}

TEST_CASE("members of JSON are fields by their dotted path, elements by their index") {
    CHECK(told("json", R"({"a":1,"b":{"c":"x\"y","d":[]},"e":[{"f":true},{"f":null}],"g":["p","q"]})") ==
          "a=1\nb.c=x\\\"y\nb.d=[]\ne[0].f=true\ne[1].f=null\ng[0]=p\ng[1]=q\n");
}

TEST_CASE("CEF is its header, then its keys, each with its label") {
    CHECK(told("cef",
               R"(CEF:0|V\|x|P|1|ID|Name|3|src=1.2.3.4 cs1Label=DnsQueryType cs1=A msg=a \= b \\ end)") ==
          "header version=CEF:0\nheader vendor=V\\|x\nheader product=P\nheader product version=1\n"
          "header class=ID\nheader name=Name\nheader severity=3\nsrc=1.2.3.4\ncs1 DnsQueryType=A\n"
          "msg=a \\= b \\\\ end\n");
}

TEST_CASE("LEEF is its header, then what stands between its tabs") {
    CHECK(told("leef", "LEEF:2.0|V|P|1|ID|x09|src=1.2.3.4\tdomain=a b=c") ==
          "header version=LEEF:2.0\nheader vendor=V\nheader product=P\nheader product version=1\n"
          "header event id=ID\nheader delimiter=x09\nsrc=1.2.3.4\ndomain=a b=c\n");
}

TEST_CASE("passivedns has nine columns with names") {
    CHECK(told("passivedns", "1.5||-||2.2.2.2||IN||a.||A||3.3.3.3||60||1") ==
          "time=1.5\nclient=-\nserver=2.2.2.2\nclass=IN\nname=a.\ntype=A\nrdata=3.3.3.3\nttl=60\ncount=1\n");
}

TEST_CASE("members of YAML are fields by the path that their indentation makes") {
    CHECK(
        told("yaml",
             "type: MESSAGE\nmessage:\n  type: CQ\n  data:\n    flags:\n    LIST:\n      - 'a'\n      - 'b'\n"
             "  text: |\n    ;; one\n    \n    two\n---") ==
        "type=MESSAGE\nmessage.type=CQ\nmessage.data.LIST[0]=a\nmessage.data.LIST[1]=b\n"
        "message.text=;; one\\n\\ntwo\n");
}

TEST_CASE("lines of dig are fields by the section that they stand in") {
    CHECK(told("dig",
               "CR a\n;; ->>HEADER<<- x\n;; flags: qr\n;; QUESTION SECTION:\n;a. IN A\n\n"
               ";; ANSWER SECTION:\na. 1 IN A 1.1.1.1\na. 1 IN A 2.2.2.2\n") ==
          "line=CR a\nheader=;; ->>HEADER<<- x\nflags=;; flags: qr\nQUESTION[0]=;a. IN A\n"
          "ANSWER[0]=a. 1 IN A 1.1.1.1\nANSWER[1]=a. 1 IN A 2.2.2.2\n");
}

TEST_CASE("a record that is cut off somewhere is taken apart as far as it goes") {
    const std::string json = R"({"a":"b\\","c":[{"d":1},2],"e":{"f":"g"}})";
    const auto whole = fields_of_record("json", json);
    REQUIRE(whole.size() == 4);
    for (std::size_t size = 0; size <= json.size(); ++size) {
        CAPTURE(size);
        const auto fields = fields_of_record("json", json.substr(0, size));
        REQUIRE(fields.size() <= whole.size());
        for (std::size_t i = 0; i + 1 < fields.size(); ++i) {
            CHECK(fields[i].key == whole[i].key);
            CHECK(fields[i].value == whole[i].value);
        }
    }
}

TEST_CASE("an index is told from the key that it stands in") {
    CHECK(without_indexes("a[12].b[3]") == "a[].b[]");
    CHECK(without_indexes("plain") == "plain");
    CHECK(index_in("a[12].b[3]") == 12);
    CHECK(index_in("plain") == 0);
}

}  // namespace
}  // namespace tapferry
