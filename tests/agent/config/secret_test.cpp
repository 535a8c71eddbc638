#include <sys/stat.h>

#include <filesystem>

#include "tests/agent/config/config_folder.h"

namespace tapferry {
namespace {

using namespace test;

// Of destinations that log in with the word "hunter2", or with what the file SECRET holds.
const std::string hec = "type = \"splunk_hec\"\nurl = \"https://h\"\n";
const std::string web = "type = \"http\"\nurl = \"https://h/\"\n";
const std::string elastic = "type = \"elasticsearch\"\nurl = \"https://h\"\n";
const std::string fluent = "type = \"fluent\"\naddress = \"h:24224\"\n";
const std::string kafka =
    "type = \"kafka\"\nbrokers = [\"h:9092\"]\ntopic = \"dns\"\nsasl_mechanism = \"PLAIN\"\nusername = "
    "\"u\"\n"
    "tls = true\n";
const std::string oauth2 = "[destinations.out.oauth2]\ntoken_url = \"https://l/\"\nclient_id = \"i\"\n";

struct Files {
    Files() { folder.write("secret", "hunter2\n"); }

    void open_to_all(const char* name) const { REQUIRE(::chmod(folder.path(name).c_str(), 0644) == 0); }
    // The faults of the lines, in which SECRET stands for the file's path.
    std::vector<std::string> faults(std::string lines, bool configuration_is_open = false) const {
        if (const auto at = lines.find("SECRET"); at != std::string::npos)
            lines.replace(at, 6, folder.path("secret"));
        folder.write("tapferry.toml", with_destination(lines));
        if (configuration_is_open) open_to_all("tapferry.toml");
        return folder.faults();
    }

    ConfigFolder folder;
};

}  // namespace

TEST_CASE("a secret's file that everybody may read is a fault, whatever it is for") {
    const Files files;
    const std::vector<std::string> all = {
        hec + "token_file = \"SECRET\"",        web + "username = \"u\"\npassword_file = \"SECRET\"",
        web + "bearer_token_file = \"SECRET\"", web + oauth2 + "client_secret_file = \"SECRET\"",
        elastic + "api_key_file = \"SECRET\"",  fluent + "shared_key_file = \"SECRET\"",
        kafka + "password_file = \"SECRET\""};
    for (const std::string& lines : all) {
        CAPTURE(lines);
        CHECK(files.faults(lines).empty());
    }
    files.open_to_all("secret");
    for (const std::string& lines : all) {
        CAPTURE(lines);
        const auto told = files.faults(lines);
        REQUIRE(told.size() == 1);
        CHECK(told.front().find("_file: ") != std::string::npos);
        CHECK(told.front().find("may be read or written by everybody on this host; chmod o= it") !=
              std::string::npos);
    }
}

TEST_CASE(
    "a secret in a configuration that everybody may read is a fault, unless it comes from the environment") {
    const Files files;
    const std::vector<std::string> all = {hec + "token = \"hunter2\"",
                                          web + "username = \"u\"\npassword = \"hunter2\"",
                                          web + "bearer_token = \"hunter2\"",
                                          web + "proxy = \"http://u:hunter2@p:1\"",
                                          web + "headers = { X-Api-Key = \"hunter2\" }",
                                          web + oauth2 + "client_secret = \"hunter2\"",
                                          elastic + "api_key = \"hunter2\"",
                                          fluent + "shared_key = \"hunter2\"",
                                          kafka + "password = \"hunter2\"",
                                          kafka + "librdkafka = { \"sasl.password\" = \"hunter2\" }"};
    REQUIRE(::setenv("TAPFERRY_TEST_WORD", "hunter2", 1) == 0);
    for (const std::string& lines : all) {
        CAPTURE(lines);
        CHECK(files.faults(lines).empty());
        const auto told = files.faults(lines, true);
        REQUIRE(told.size() == 1);
        CHECK(told.front().find("is a secret, and ") != std::string::npos);
        CHECK(told.front().find("hunter2") == std::string::npos);
        std::string from_outside = lines;
        from_outside.replace(from_outside.find("hunter2"), 7, "${TAPFERRY_TEST_WORD}");
        CHECK(files.faults(from_outside, true).empty());
    }
    CHECK(files.faults(web + "proxy = \"http://p:1\"", true).empty());
    CHECK(files.faults(web + "headers = { X-Scope-OrgID = \"dns\" }", true).empty());
}

TEST_CASE("the file of a key that librdkafka is to read by itself is looked at, too") {
    const Files files;
    const std::string key =
        "type = \"kafka\"\nbrokers = [\"h:9092\"]\ntopic = \"dns\"\n"
        "librdkafka = { \"ssl.key.location\" = \"SECRET\" }";
    const auto tells = [&] {
        const auto told = files.faults(key);
        return !told.empty() && told.front().find("may be read or written by everybody") != std::string::npos;
    };
    CHECK(!tells());
    files.open_to_all("secret");
    CHECK(tells());
}

TEST_CASE("a secret stands in one place, and is not empty") {
    const Files files;
    CHECK(files.faults(hec + "token = \"a\"\ntoken_file = \"SECRET\"").size() == 1);
    files.folder.write("secret", " \n\t\r\n");
    CHECK(files.faults(hec + "token_file = \"SECRET\"").size() == 1);
    files.folder.write("secret", "a\nb\n");
    CHECK(files.faults(hec + "token_file = \"SECRET\"").size() == 1);
    CHECK(files.faults(hec + "token_file = \"SECRET.none\"").size() == 1);
}

TEST_CASE("a file of a secret that has a second line is told by that") {
    const Files files;
    files.folder.write("secret", "hunter2\nhunter3\n");
    REQUIRE(::chmod(files.folder.path("secret").c_str(), 0600) == 0);
    const auto faults = files.faults(web + "bearer_token_file = \"SECRET\"");
    REQUIRE(faults.size() == 1);
    CHECK(faults[0].ends_with("bearer_token_file: must hold one line, and holds several"));
}

}  // namespace tapferry
