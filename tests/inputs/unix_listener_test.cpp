#include "agent/inputs/unix_listener.h"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "agent/inputs/input_error.h"
#include "tests/inputs/sender.h"
#include "tests/support/temporary_folder.h"

namespace tapferry {

using namespace test;

namespace {

struct stat status_of(const std::string& path) {
    struct stat status {};
    REQUIRE(::lstat(path.c_str(), &status) == 0);
    return status;
}

// Empty when it can be opened.
std::string complaint(const UnixInputOptions& options) {
    try {
        const UnixListener listener(options);
    } catch (const InputError& error) {
        return error.what();
    }
    return {};
}

UnixInputOptions at(const std::string& path) {
    return {.name = "test", .path = path};
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

// A socket in the file system that nobody listens on any more.
void leave_stale_socket(const std::string& path) {
    const Descriptor left = listening_socket(path);
    CHECK(std::filesystem::is_socket(path));
}

}  // namespace

TEST_CASE("the socket has its mode and group before anybody can connect") {
    const TemporaryFolder folder;
    // Root may give any group; others have their own.
    const gid_t group = ::geteuid() == 0 ? 4711 : ::getegid();
    for (const std::uint32_t mode : {0660u, 0600u, 0666u}) {
        UnixInputOptions options = at(folder.path("dnstap.sock"));
        options.mode = mode;
        options.group = group;
        const UnixListener listener(options);
        const struct stat made = status_of(options.path);
        CHECK(S_ISSOCK(made.st_mode));
        CHECK((made.st_mode & 07777) == mode);
        CHECK(made.st_gid == group);
        CHECK(Sender(options.path).connected());
    }
}

TEST_CASE("a missing directory is told, with what to do") {
    const TemporaryFolder folder;
    const std::string text = complaint(at(folder.path("missing/dnstap.sock")));
    CHECK(contains(text, folder.path("missing") + " is not there"));
    CHECK(contains(text, "make it"));
}

TEST_CASE("a stale socket is replaced") {
    const TemporaryFolder folder;
    const std::string path = folder.path("dnstap.sock");
    leave_stale_socket(path);
    const UnixListener listener(at(path));
    CHECK(Sender(path).connected());
}

TEST_CASE("a socket in use is refused, and the process that uses it is named") {
    const TemporaryFolder folder;
    const std::string path = folder.path("dnstap.sock");
    const UnixListener first(at(path));
    const std::string text = complaint(at(path));
    CHECK(contains(text, "in use by pid " + std::to_string(::getpid()) + " ("));
    CHECK(Sender(path).connected());
}

TEST_CASE("what is not a socket is left alone") {
    const TemporaryFolder folder;
    const std::string path = folder.path("dnstap.sock");
    std::ofstream(path) << "precious";
    CHECK(contains(complaint(at(path)), "not a socket"));
    CHECK(std::filesystem::file_size(path) == 8);
    CHECK(contains(complaint(at(folder.path())), "not a socket"));
}

TEST_CASE("a file that bears the temporary name is left alone, a socket left there is not in the way") {
    const TemporaryFolder folder;
    const std::string path = folder.path("dnstap.sock");
    const std::string temporary = folder.path("~nstap.sock");
    leave_stale_socket(temporary);
    CHECK(complaint(at(path)).empty());
    CHECK_FALSE(std::filesystem::exists(temporary));
    std::ofstream(temporary) << "precious";
    CHECK_FALSE(complaint(at(path)).empty());
    CHECK(std::filesystem::file_size(temporary) == 8);
}

TEST_CASE("a path of 107 bytes is served, a longer one is refused with the limit") {
    const TemporaryFolder folder;
    const std::string longest = folder.path(std::string(107 - folder.path().native().size() - 1, 's'));
    const UnixListener listener(at(longest));
    CHECK(Sender(longest).connected());
    CHECK(contains(complaint(at(longest + "s")), "at most 107"));
    CHECK_FALSE(complaint(at("")).empty());
}

TEST_CASE("at its end the socket is removed, unless another one stands in its place") {
    const TemporaryFolder folder;
    const std::string path = folder.path("dnstap.sock");
    { const UnixListener listener(at(path)); }
    CHECK_FALSE(std::filesystem::exists(path));
    {
        const UnixListener listener(at(path));
        std::filesystem::remove(path);
        leave_stale_socket(path);
    }
    CHECK(std::filesystem::exists(path));
}

TEST_CASE("an owner that cannot be given is told, and nothing is left behind") {
    const TemporaryFolder folder;
    UnixInputOptions options = at(folder.path("dnstap.sock"));
    options.owner = 0;
    // Root could give any: another user for a moment.
    constexpr uid_t nobody = 65534;
    const bool root = ::geteuid() == 0;
    if (root) REQUIRE((::chown(folder.path().c_str(), nobody, nobody) == 0 && ::seteuid(nobody) == 0));
    const std::string text = complaint(options);
    if (root) REQUIRE(::seteuid(0) == 0);
    CHECK(contains(text, "only root"));
    CHECK(std::filesystem::is_empty(folder.path()));
}

}  // namespace tapferry
