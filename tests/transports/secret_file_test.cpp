#include "transports/secret_file.h"

#include <sys/stat.h>

#include <fstream>

#include "tests/transports/transport_fixture.h"

namespace tapferry {
namespace {

std::string secret_of(const std::string& file) {
    const auto read = read_secret_file(file);
    if (const auto* fault = std::get_if<SecretFault>(&read)) return "fault: " + fault->words;
    return std::get<std::string>(read);
}

std::string written(const std::string& file, std::string_view text, mode_t mode = 0600) {
    std::ofstream(file, std::ios::trunc) << text;
    REQUIRE(::chmod(file.c_str(), mode) == 0);
    return file;
}

}  // namespace

TEST_CASE("a secret is the text of its file without the white space around it") {
    const TemporaryFolder folder;
    const std::string file = folder.path("secret");
    CHECK(secret_of(file) == "fault: " + file + ": No such file or directory");
    CHECK(secret_of(written(file, " \n se cret\t\r\n")) == "se cret");
    CHECK(secret_of(written(file, std::string(64 << 10, 'x'))).size() == 64 << 10);
    CHECK(secret_of(written(file, std::string((64 << 10) + 1, 'x'))) ==
          "fault: " + file + " holds more than 65536 bytes");
    CHECK(secret_of(written(file, " \n")) == "fault: " + file + " is empty");
}

TEST_CASE("what is no file is no secret, and is not waited for") {
    const TemporaryFolder folder;
    CHECK(secret_of(folder.path().string()) == "fault: " + folder.path().string() + " is not a regular file");
    REQUIRE(::mkfifo(folder.path("pipe").c_str(), 0600) == 0);
    CHECK(secret_of(folder.path("pipe")) == "fault: " + folder.path("pipe") + " is not a regular file");
}

TEST_CASE("what everybody may read or write is no secret") {
    const TemporaryFolder folder;
    const std::string file = folder.path("secret");
    for (const mode_t mode : {0604, 0602, 0601, 0644})
        CHECK(secret_of(written(file, "s", mode)) ==
              "fault: " + file + " may be read or written by everybody on this host; chmod o= it");
    CHECK(!fault_of_openness(file).empty());
    CHECK(secret_of(written(file, "s", 0640)) == "s");
    CHECK(fault_of_openness(file).empty());
    CHECK(fault_of_openness(folder.path("none")).empty());
}

}  // namespace tapferry
