#include "transports/files/file_names.h"

#include <doctest/doctest.h>

namespace tapferry {

using namespace std::chrono;

namespace {

const FileNames::Time now = sys_days{year{2026} / 3 / 9} + 7h + 5min + 2s;

}  // namespace

TEST_CASE("a name tells the time in UTC, and a percent sign stands for itself when it is doubled") {
    CHECK(FileNames("/var/log/dns-%Y%m%d-%H%M%S-%j.json").current(now) ==
          "/var/log/dns-20260309-070502-068.json");
    CHECK(FileNames("/100%%.json").current(now) == "/100%.json");
    CHECK(FileNames("/var/log/dns.json").current(now) == "/var/log/dns.json");
}

TEST_CASE("only names that hold a time differ from time to time") {
    CHECK(FileNames("/dns-%H.json").tell_time());
    CHECK_FALSE(FileNames("/dns%%H.json").tell_time());
    CHECK_FALSE(FileNames("/dns.json").tell_time());
}

TEST_CASE("a finished file has the time of its end behind its name") {
    CHECK(FileNames::finished("/dns.json", now, 1) == "/dns.json.20260309T070502Z");
    CHECK(FileNames::finished("/100%.json", now, 3) == "/100%.json.20260309T070502Z.3");
}

TEST_CASE("files are known by their names, packed or not, and no others are taken for them") {
    const FileNames plain("/log/dns.json");
    for (const char* name : {"dns.json.20260309T070502Z", "dns.json.20260309T070502Z.2",
                             "dns.json.20260309T070502Z.gz", "dns.json.20260309T070502Z.2.zst"})
        CHECK_MESSAGE(plain.ours(name), name);
    for (const char* name : {"dns.json", "dns.json.gz", "dns.json.1", "dns.json.1.gz", "dns.json-20260309",
                             "adns.json.20260309T070502Z", "dns.json.20260309T070502Z.bz2",
                             "dns.json.20260309T070502Z.", "dns.json.20260309T070502", ""})
        CHECK_MESSAGE(!plain.ours(name), name);
    const FileNames hourly("/log/d%%ns-%Y%m%d%H.json");
    for (const char* name : {"d%ns-2026030907.json", "d%ns-2026030907.json.gz", "d%ns-2026030907.json.2.gz",
                             "d%ns-2026030907.json.20260309T070502Z"})
        CHECK_MESSAGE(hourly.ours(name), name);
    for (const char* name : {"d%ns-.json", "d%ns-202603090.json", "d%ns-2026030x07.json",
                             "dns-2026030907.json", "d%ns-2026030907.json~"})
        CHECK_MESSAGE(!hourly.ours(name), name);
}

TEST_CASE("what no file can be named is told") {
    CHECK(FileNames::fault_of("/var/log/dns-%Y-%m-%d_%H.%M.%S-%j.json").empty());
    CHECK(FileNames::fault_of("/100%%").empty());
    for (const char* path :
         {"", "dns.json", "/var/log/", "/var/%Y/dns.json", "/dns-%y.json", "/dns-%", "/dns-%%%"})
        CHECK_MESSAGE(!FileNames::fault_of(path).empty(), path);
    CHECK_FALSE(FileNames::fault_of("/" + std::string(201, 'a')).empty());
}

}  // namespace tapferry
