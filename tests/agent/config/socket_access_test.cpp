#include "agent/config/socket_access.h"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/agent/config/config_folder.h"
#include "tests/support/temporary_folder.h"

namespace tapferry {
namespace {

using Users = std::vector<std::string>;

// Users that every Linux has.
const Users servers{"daemon", "bin"};

std::vector<std::string> warnings(const Users& users, std::string_view lines, const SocketMaker& maker = {}) {
    const Config config = test::config_of(test::with_input(lines));
    return sockets_that_shut_out(users, config.unix_inputs, maker);
}

}  // namespace

TEST_CASE("a socket that no DNS server of this host may connect to is a warning that names the key to set") {
    const auto one = warnings({"daemon", "no-such-user"}, "");
    REQUIRE(one.size() == 1);
    CHECK(one[0] ==
          "inputs.bind.owner: is not given, so a DNS server that runs as daemon may not connect to "
          "/run/x.sock: set owner = \"daemon\" (or mode = \"0666\")");
    CHECK(warnings(servers, "")[0].find("runs as daemon or bin may not connect") != std::string::npos);
    // Only root can give it to another user.
    CHECK(warnings({"daemon"}, "", {4711, 4711})[0].find("set group = \"daemon\", a group that") !=
          std::string::npos);
}

TEST_CASE("who chose owner, group or mode, and a host without DNS servers, are told nothing") {
    CHECK(warnings({"no-such-user"}, "").empty());
    CHECK(warnings(servers, "owner = \"0\"").empty());
    CHECK(warnings(servers, "group = \"0\"").empty());
    CHECK(warnings(servers, "mode = \"0660\"").empty());
}

TEST_CASE("one DNS server that may connect is enough for a socket to be as it should") {
    const passwd daemon = *::getpwnam("daemon");
    CHECK(warnings(servers, "", {daemon.pw_uid, 4711}).empty());
    CHECK(warnings(servers, "", {4711, daemon.pw_gid}).empty());
    CHECK(warnings({"root"}, "").empty());
}

TEST_CASE("a folder that gives its group to what is made in it lets that group in") {
    const passwd daemon = *::getpwnam("daemon");
    const TemporaryFolder folder;
    UnixInputOptions input;
    input.name = "bind";
    input.path = folder.path("x.sock");
    input.mode = 0660;
    REQUIRE(::chown(folder.path().c_str(), 0, daemon.pw_gid) == 0);
    CHECK(sockets_that_shut_out({"daemon"}, {input}, {}).size() == 1);
    REQUIRE(::chmod(folder.path().c_str(), 02750) == 0);
    CHECK(sockets_that_shut_out({"daemon"}, {input}, {}).empty());
}

}  // namespace tapferry
