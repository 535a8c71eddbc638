#include "transports/files/file.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <fstream>

#include "tests/transports/transport_fixture.h"

namespace tapferry {
namespace {

FileOptions options_for(const std::string& path) {
    FileOptions options;
    options.path = path;
    options.recheck = 0ms;
    return options;
}

}  // namespace

TEST_CASE("records are appended to what the file holds, and others cannot read it") {
    const TemporaryFolder folder;
    const auto records = records_of({"first", "second"});
    {
        File file(options_for(folder.path("dns.json")));
        CHECK(summary({deliver(file, {records}, Ticket{1})}) == "accepted 1");
    }
    File again(options_for(folder.path("dns.json")));
    CHECK(summary({deliver(again, {records, 1}, Ticket{1})}) == "accepted 1");
    CHECK(content_of(folder.path("dns.json")) == "first\nsecond\nsecond\n");
    struct stat status {};
    REQUIRE(::stat(folder.path("dns.json").c_str(), &status) == 0);
    CHECK((status.st_mode & 0137) == 0);
}

TEST_CASE("a file that was moved away is left alone, and a new one is made") {
    const TemporaryFolder folder;
    File file(options_for(folder.path("dns.json")));
    const auto first = records_of({"first"});
    const auto second = records_of({"second"});
    (void)deliver(file, {first}, Ticket{1});
    std::filesystem::rename(folder.path("dns.json"), folder.path("dns.json.1"));
    CHECK(summary({deliver(file, {second}, Ticket{2})}) == "accepted 2");
    CHECK(content_of(folder.path("dns.json.1")) == "first\n");
    CHECK(content_of(folder.path("dns.json")) == "second\n");
}

TEST_CASE("a file that was removed is made again") {
    const TemporaryFolder folder;
    File file(options_for(folder.path("dns.json")));
    const auto records = records_of({"event"});
    (void)deliver(file, {records}, Ticket{1});
    std::filesystem::remove(folder.path("dns.json"));
    (void)deliver(file, {records}, Ticket{2});
    CHECK(content_of(folder.path("dns.json")) == "event\n");
}

TEST_CASE("a directory that is missing is named") {
    const TemporaryFolder folder;
    File file(options_for(folder.path("missing/dns.json")));
    const auto records = records_of({"event"});
    const auto outcome = deliver(file, {records}, Ticket{1});
    CHECK(summary({outcome}) == "misconfigured 1");
    CHECK(outcome.words == "open " + folder.path("missing/dns.json") + ": the directory " +
                               folder.path("missing") + " does not exist");
    std::filesystem::create_directory(folder.path("missing"));
    CHECK(summary({deliver(file, {records}, Ticket{2})}) == "accepted 2");
}

TEST_CASE("a full device takes nothing and is tried again") {
    File file(options_for("/dev/full"));
    const auto records = records_of({"event"});
    const auto outcome = deliver(file, {records}, Ticket{1});
    CHECK(summary({outcome}) == "retry 1");
    CHECK(outcome.done == 0);
    CHECK(outcome.words == "write /dev/full: No space left on device");
}

TEST_CASE("a record that a full disk took only a part of is cut off, and the rest follows later") {
    const TemporaryFolder folder;
    File file(options_for(folder.path("dns.json")));
    const auto records = records_of({"first", "second", "third"});
    Outcome outcome;
    {
        const SizeLimit limit(10);
        outcome = deliver(file, {records}, Ticket{1});
    }
    CHECK(summary({outcome}) == "retry 1");
    CHECK(outcome.done == 1);
    CHECK(outcome.words == "write " + folder.path("dns.json") + ": File too large");
    CHECK(content_of(folder.path("dns.json")) == "first\n");
    CHECK(summary({deliver(file, {records, outcome.done}, Ticket{2})}) == "accepted 2");
    CHECK(content_of(folder.path("dns.json")) == "first\nsecond\nthird\n");
}

TEST_CASE("with fsync a file is accepted as without, also where there is nothing to sync") {
    const TemporaryFolder folder;
    auto options = options_for(folder.path("dns.json"));
    options.fsync = true;
    File file(options);
    const auto records = records_of({"event"});
    CHECK(summary({deliver(file, {records}, Ticket{1})}) == "accepted 1");
    options.path = "/dev/null";
    File nothing(options);
    CHECK(summary({deliver(nothing, {records}, Ticket{1})}) == "accepted 1");
}

TEST_CASE("a named pipe that nobody reads does not hold anything up") {
    const TemporaryFolder folder;
    REQUIRE(::mkfifo(folder.path("pipe").c_str(), 0600) == 0);
    File file(options_for(folder.path("pipe")));
    const auto records = records_of({"event"});
    const auto outcome = deliver(file, {records}, Ticket{1});
    CHECK(summary({outcome}) == "retry 1");
    CHECK(outcome.words == "open " + folder.path("pipe") + ": it is a named pipe that nobody reads");
}

TEST_CASE("a line that was left without its end gets one, and only the first time") {
    const TemporaryFolder folder;
    std::ofstream(folder.path("dns.json")) << "whole\n{\"torn\":\"ye";
    const auto records = records_of({"first", "second"});
    for (int start = 0; start < 2; ++start) {
        File file(options_for(folder.path("dns.json")));
        CHECK(summary({deliver(file, {records, 0, 1}, Ticket{1})}) == "accepted 1");
        CHECK(summary({deliver(file, {records, 1}, Ticket{2})}) == "accepted 2");
    }
    CHECK(content_of(folder.path("dns.json")) == "whole\n{\"torn\":\"ye\nfirst\nsecond\nfirst\nsecond\n");
}

TEST_CASE("the end of a torn line is written once, also when a full disk takes no record behind it") {
    const TemporaryFolder folder;
    std::ofstream(folder.path("dns.json")) << "torn";
    File file(options_for(folder.path("dns.json")));
    const auto records = records_of({"first"});
    {
        const SizeLimit limit(5);
        CHECK(summary({deliver(file, {records}, Ticket{1})}) == "retry 1");
    }
    CHECK(summary({deliver(file, {records}, Ticket{2})}) == "accepted 2");
    CHECK(content_of(folder.path("dns.json")) == "torn\nfirst\n");
}

TEST_CASE("a path that names something else than a file is told as what it is") {
    const TemporaryFolder folder;
    const auto records = records_of({"event"});
    std::filesystem::create_symlink("nowhere/dns.json", folder.path("link"));
    File link(options_for(folder.path("link")));
    const auto nowhere = deliver(link, {records}, Ticket{1});
    CHECK(summary({nowhere}) == "misconfigured 1");
    CHECK(nowhere.words ==
          "open " + folder.path("link") + ": it is a symbolic link into a directory that does not exist");

    const Descriptor listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    folder.path("socket").copy(name.sun_path, sizeof name.sun_path - 1);
    REQUIRE(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0);
    File socket(options_for(folder.path("socket")));
    const auto outcome = deliver(socket, {records}, Ticket{1});
    CHECK(summary({outcome}) == "misconfigured 1");
    CHECK(outcome.words == "open " + folder.path("socket") + ": it is a socket, and not a regular file");
}

}  // namespace tapferry
