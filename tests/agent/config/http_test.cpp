#include "tests/agent/config/config_folder.h"

namespace tapferry {
namespace {

using namespace test;

const std::string head = "type = \"http\"\nurl = \"https://logs.example.com/in\"\n";

HttpOptions options_of(const std::string& lines) {
    return std::get<HttpOptions>(destination(lines).transport);
}

}  // namespace

TEST_CASE("a body has the shape and the name that its kind and its format ask for") {
    struct Row {
        std::string lines, prefix, separator, suffix, type;
    };
    for (const Row& row :
         {Row{"", "", "\n", "\n", "application/x-ndjson"},
          Row{"body = \"array\"", "[", ",", "]", "application/json"},
          Row{"body = \"single\"", "", "", "", "application/json"},
          Row{"format = \"cef\"", "", "\n", "\n", "text/plain; charset=utf-8"},
          Row{"body = \"single\"\nformat = \"passivedns\"", "", "", "", "text/plain; charset=utf-8"},
          Row{"prefix = \"<\"\nseparator = \"|\"\nsuffix = \">\"\ncontent_type = \"x/y\"", "<", "|", ">",
              "x/y"}}) {
        CAPTURE(row.lines);
        const HttpOptions options = options_of(head + row.lines);
        CHECK(options.prefix == row.prefix);
        CHECK(options.separator == row.separator);
        CHECK(options.suffix == row.suffix);
        CHECK(options.content_type == row.type);
        CHECK(options.one_record_each == (row.lines.find("single") != std::string::npos));
    }
}

TEST_CASE("a method that takes nothing along, and an array of what is no JSON, are faults") {
    const std::string web = "type = \"http\"\nurl = \"https://h/x\"\n";
    for (const std::string method : {"GET", "HEAD", "DELETE"})
        CHECK(faults(web + "method = \"" + method + "\"").size() == 1);
    CHECK(faults(web + "method = \"PUT\"").empty());
    CHECK(faults(web + "body = \"array\"\nformat = \"cef\"").size() == 1);
    CHECK(faults(web + "body = \"array\"\nformat = \"ocsf\"").empty());
}

TEST_CASE("URLs say where, how, and whether with TLS") {
    const HttpOptions one = options_of(head);
    CHECK(one.servers.urls.at(0).host == "logs.example.com");
    CHECK(one.servers.tls.has_value());
    CHECK(!options_of("type = \"http\"\nurl = \"http://127.0.0.1/\"").servers.tls.has_value());
    const auto several =
        options_of("type = \"http\"\nurls = [\"http://a/\", \"https://b/\"]\ntls = { server_name = \"c\" }");
    CHECK(several.servers.urls.size() == 2);
    CHECK(several.servers.tls->server_name == "c");
    CHECK(destination(head).where == "https://logs.example.com/in");
    for (const std::string lines :
         {"type = \"http\"", "type = \"http\"\nurl = \"logs:1\"", "type = \"http\"\nurls = []",
          "type = \"http\"\nurl = \"http://a/\"\nurls = [\"http://b/\"]",
          "type = \"http\"\nurl = \"http://a/\"\ntls = true",
          "type = \"http\"\nurl = \"http://a/\"\ntls = {}",
          "type = \"http\"\nurl = \"https://a/\"\ntls = false", "type = \"http\"\nurl = \"http://u:p@a/\""}) {
        CAPTURE(lines);
        CHECK(faults(lines).size() == 1);
    }
}

TEST_CASE("there is one way to log in, and a file may hold the secret") {
    const ConfigFolder folder;
    folder.write("secret", "s\n");
    const std::string file = folder.path("secret");
    const auto kind = [](const std::string& lines) {
        return options_of(head + lines).servers.credentials.kind;
    };
    CHECK(kind("") == HttpCredentials::Kind::none);
    CHECK(kind("username = \"a\"\npassword = \"b\"") == HttpCredentials::Kind::basic);
    CHECK(kind("bearer_token_file = \"" + file + "\"") == HttpCredentials::Kind::token);
    const std::string oauth2 = "[destinations.out.oauth2]\ntoken_url = \"https://l/t\"\nclient_id = \"me\"\n";
    CHECK(kind(oauth2 + "client_secret_file = \"" + file + "\"") == HttpCredentials::Kind::oauth2);
    for (const std::string& lines :
         {std::string("username = \"a\"\npassword = \"b\"\nbearer_token = \"c\""),
          std::string("password = \"b\""), std::string("username = \"a:b\"\npassword = \"c\""),
          "bearer_token = \"a\"\nbearer_token_file = \"" + file + "\"",
          "bearer_token_file = \"" + folder.path("missing") + "\"", oauth2,
          std::string("bearer_token = \"a\\nb\""),
          "bearer_token = \"a\"\n" + oauth2 + "client_secret = \"b\"",
          std::string("[destinations.out.oauth2]\nclient_id = \"me\"\nclient_secret = \"x\"")}) {
        CAPTURE(lines);
        CHECK(faults(head + lines).size() == 1);
    }
}

TEST_CASE("a header of one's own cannot stand for another, nor hold one") {
    const auto options = options_of(head + "headers = { X-Scope-OrgID = \"dns\" }");
    CHECK(options.servers.headers ==
          std::vector<std::pair<std::string, std::string>>{{"X-Scope-OrgID", "dns"}});
    for (const std::string table : {"Content-Length = \"1\"", "host = \"x\"", "Authorization = \"x\"",
                                    "\"a b\" = \"x\"", "X = \"a\\r\\nY: b\""}) {
        CAPTURE(table);
        CHECK(faults(head + "headers = { " + table + " }").size() == 1);
    }
}

TEST_CASE("a status has one meaning") {
    const auto options = options_of(head + "accept = [409, 302]\nrefuse = [404]\nretry_status = [400]");
    CHECK(options.accept == std::vector<unsigned>{409, 302});
    CHECK(options.refuse == std::vector<unsigned>{404});
    CHECK(options.retry == std::vector<unsigned>{400});
    for (const std::string lines :
         {"accept = [99]", "accept = [600]", "accept = [\"200\"]", "accept = 200",
          "accept = [409]\nrefuse = [409]", "refuse = [409]\nretry_status = [409]"}) {
        CAPTURE(lines);
        CHECK(faults(head + lines).size() == 1);
    }
}

TEST_CASE("a proxy is a URL without TLS, and may name its user") {
    const auto options = options_of(head + "proxy = \"http://u:p@proxy:3128\"");
    CHECK(options.servers.proxy->user_info == "u:p");
    CHECK(destination(head + "proxy = \"http://u:p@proxy:3128\"").where ==
          "https://logs.example.com/in by the proxy http://proxy:3128");
    for (const std::string proxy : {"proxy:3128", "https://proxy:3128"})
        CHECK(faults(head + "proxy = \"" + proxy + "\"").size() == 1);
}

TEST_CASE("Splunk's envelope takes texts and fields, and the index none that clients choose") {
    const std::string hec = "type = \"splunk_hec\"\nurl = \"https://s:8088\"\ntoken = \"t\"\n";
    const auto usual = destination(hec);
    CHECK(usual.format_name == "cim");
    CHECK(usual.splunk_envelope->host == "{identity}");
    CHECK(usual.splunk_envelope->sourcetype == "dnstap:json");
    CHECK(usual.splunk_envelope->is_json);
    CHECK(std::get<SplunkHecOptions>(usual.transport).servers.compression == Compression::gzip);
    const auto cef = destination(hec + "format = \"cef\"\nindex = \"dns_{labels.site}\"");
    CHECK(cef.splunk_envelope->sourcetype == "cef");
    CHECK(!cef.splunk_envelope->is_json);
    CHECK(std::get<SplunkHecOptions>(cef.transport).index_by_event);
    const auto raw = destination(hec + "format = \"cef\"\nendpoint = \"raw\"\nindex = \"dns\"");
    CHECK(!raw.splunk_envelope);
    CHECK(std::get<SplunkHecOptions>(raw.transport).metadata ==
          std::vector<std::pair<std::string, std::string>>{
              {"source", "dnstap"}, {"sourcetype", "cef"}, {"index", "dns"}});
    for (const std::string lines :
         {"index = \"{qname}\"", "host = \"{nothing}\"", "host = \"{\"", "indexed_fields = [\"nothing\"]",
          "compression = \"zstd\"", "endpoint = \"raw\"\nindex = \"{type}\"",
          "endpoint = \"raw\"\nindexed_fields = [\"type\"]",
          "acknowledgement = true\nacknowledge_within = \"1s\"", "format = \"yaml\""}) {
        CAPTURE(lines);
        CHECK(faults(hec + lines).size() == 1);
    }
    CHECK(faults("type = \"splunk_hec\"\nurl = \"https://s:8088\"").size() == 1);
    CHECK(
        faults("type = \"splunk_hec\"\nurl = \"https://s:8088/services/collector\"\ntoken = \"t\"").size() ==
        1);
}

TEST_CASE("a document of ECS names the data stream that it goes to, and none when it goes to an index") {
    const std::string elastic = "type = \"elasticsearch\"\nurl = \"https://e:9200\"\n";
    const auto stream_of = [&elastic](const std::string& lines) {
        const auto one = destination(elastic + lines);
        const auto& ecs = std::get<EcsOptions>(one.format);
        return ecs.type + "/" + ecs.dataset + "/" + ecs.name_space + " " +
               std::get<ElasticsearchOptions>(one.transport).index;
    };
    CHECK(stream_of("") == "logs/dns.dnstap/default logs-dns.dnstap-default");
    CHECK(stream_of("data_stream = \"logs-dns.other-fra1\"") == "logs/dns.other/fra1 logs-dns.other-fra1");
    CHECK(stream_of("index = \"dns-%Y.%m.%d\"") == "/dns.dnstap/default dns-%Y.%m.%d");
    CHECK(stream_of("data_stream = \"a-b-c\"\necs = { data_stream = \"x-y-z\" }") == "x/y/z a-b-c");
    for (const std::string lines :
         {"data_stream = \"dns-%Y\"", "index = \"DNS\"", "index = \"a\"\ndata_stream = \"b\"",
          "format = \"cef\"", "compression = \"zstd\"", "index = \"\"", "username = \"elastic\""}) {
        CAPTURE(lines);
        CHECK(faults(elastic + lines).size() == 1);
    }
    CHECK(faults(elastic + "format = \"json\"").size() == 1);
    CHECK(faults(elastic + "format = \"json\"\nindex = \"dns\"").empty());
    CHECK(faults(elastic + "format = \"json\"\npipeline = \"dns\"").empty());
    const auto key = [&elastic](const std::string& lines) {
        const auto one = destination(elastic + lines);
        const auto& login = std::get<ElasticsearchOptions>(one.transport).servers.credentials;
        return login.scheme + " " + login.secret;
    };
    CHECK(key("api_key = \"id:key\"") == "ApiKey aWQ6a2V5");
    CHECK(key("api_key = \"aWQ6a2V5\"") == "ApiKey aWQ6a2V5");
    CHECK(key("bearer_token = \"x\"") == "Bearer x");
}

TEST_CASE("one thing that is wrong with a login or a URL is one fault") {
    const std::string unset = "${TAPFERRY_TEST_NOT_SET}";
    for (const std::string& lines :
         {head + "username = \"u\"\npassword = \"" + unset + "\"",
          head + "username = \"" + unset + "\"\npassword = \"p\"",
          head +
              "[destinations.out.oauth2]\ntoken_url = \"https://l/\"\nclient_id = \"i\"\nclient_secret = \"" +
              unset + "\"",
          std::string(
              "type = \"http\"\nurl = \"https://u:p@h/\"\n[destinations.out.tls]\nserver_name = \"x\"")})
        CHECK_MESSAGE(faults(lines).size() == 1, fault_text_of(with_destination(lines)));
    CHECK(faults(head + "username = \"u\"").size() == 1);
    CHECK(
        faults("type = \"http\"\nurl = \"http://h/\"\n[destinations.out.tls]\nserver_name = \"x\"").size() ==
        1);
}

}  // namespace tapferry
