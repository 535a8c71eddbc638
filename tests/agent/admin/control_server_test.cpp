#include "agent/admin/control_server.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <atomic>
#include <cstring>
#include <mutex>
#include <optional>
#include <thread>

#include "agent/admin/control_path.h"
#include "agent/admin/fetch.h"
#include "agent/admin/server.h"
#include "tests/agent/admin/agent_status.h"
#include "tests/agent/json_lines.h"
#include "tests/agent/routes/receiver.h"
#include "tests/transports/peer.h"
#include "tests/transports/transport_fixture.h"

namespace tapferry {
namespace {

using namespace test;

sockaddr_un name_of(const std::string& path) {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    REQUIRE(path.size() < sizeof name.sun_path);
    std::memcpy(name.sun_path, path.c_str(), path.size() + 1);
    return name;
}

Peer connect_to(const std::string& path) {
    const sockaddr_un name = name_of(path);
    Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0);
    return Peer(std::move(socket));
}

// A state directory, and a control server in it that does what a test says.
struct World {
    explicit World(std::string below = "") {
        state = folder.path(below.empty() ? "state" : below);
        std::filesystem::create_directories(state);
    }
    void serve() {
        server.emplace(state, sound_status,
                       [this](const std::string& destination, RouteOrder order, const OrderReply& reply) {
                           const std::lock_guard lock(mutex);
                           last_destination = destination;
                           last_order = order;
                           if (holds_back)
                               held.push_back(reply);
                           else
                               reply(answer);
                       });
    }
    [[nodiscard]] std::string socket() const { return (state / "control.sock").string(); }
    std::string ask(std::string_view request) const {
        Peer client = connect_to(socket());
        client.write(request);
        return client.read_to_end();
    }
    std::size_t held_replies() {
        const std::lock_guard lock(mutex);
        return held.size();
    }

    TemporaryFolder folder;
    std::filesystem::path state;
    std::mutex mutex;
    OrderAnswer answer{.count = 3, .bytes = 77, .words = ""};
    std::string last_destination;
    RouteOrder last_order{};
    bool holds_back = false;
    std::vector<OrderReply> held;
    std::optional<ControlServer> server;
};

std::string post(std::string_view target) {
    return "POST " + std::string(target) + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
}

TEST_CASE("the control socket is its owner's alone, and gone when the agent is") {
    World world;
    world.serve();
    struct stat found {};
    REQUIRE(::lstat(world.socket().c_str(), &found) == 0);
    CHECK(S_ISSOCK(found.st_mode));
    CHECK((found.st_mode & 0777) == 0600);
    world.server.reset();
    CHECK(::lstat(world.socket().c_str(), &found) != 0);
}

TEST_CASE("an order reaches the destination that it names, and its answer comes back") {
    World world;
    world.serve();
    for (const RouteOrder order : {RouteOrder::requeue, RouteOrder::purge_letters, RouteOrder::purge_spool}) {
        const auto answer = give_order(world.state, order, "siem-1_x");
        REQUIRE(answer);
        CHECK(answer->result == OrderAnswer::Result::done);
        CHECK(answer->count == 3);
        CHECK(answer->bytes == 77);
        CHECK(world.last_destination == "siem-1_x");
        CHECK(world.last_order == order);
    }
}

TEST_CASE("an order that is not carried out says why, in one line") {
    World world;
    world.serve();
    for (const auto result :
         {OrderAnswer::Result::unknown, OrderAnswer::Result::refused, OrderAnswer::Result::failed}) {
        world.answer = {result, 0, 0, "that is why"};
        const auto answer = give_order(world.state, RouteOrder::requeue, "siem");
        REQUIRE(answer);
        CHECK(answer->result == result);
        CHECK(answer->words == "that is why");
    }
}

TEST_CASE("where no agent listens there is no answer, and that is no fault") {
    World world;
    CHECK(!give_order(world.state, RouteOrder::requeue, "siem"));
    world.serve();
    // A copy of the name outlives the socket.
    std::filesystem::create_hard_link(world.socket(), world.socket() + ".left");
    world.server.reset();
    std::filesystem::rename(world.socket() + ".left", world.socket());
    CHECK(!give_order(world.state, RouteOrder::requeue, "siem"));
}

TEST_CASE("a dead agent's socket is replaced, a live one's never, nor anything that is no socket") {
    World world;
    world.serve();
    std::filesystem::create_hard_link(world.socket(), world.socket() + ".left");
    CHECK_THROWS_AS(ControlServer(world.state, sound_status, {}), AdminError);
    CHECK(give_order(world.state, RouteOrder::requeue, "siem"));
    world.server.reset();
    std::filesystem::rename(world.socket() + ".left", world.socket());
    world.serve();
    CHECK(give_order(world.state, RouteOrder::requeue, "siem"));
    world.server.reset();
    std::filesystem::create_directory(world.socket());
    CHECK_THROWS_AS(ControlServer(world.state, sound_status, {}), AdminError);
}

TEST_CASE("a state directory whose path is too long for a socket has one all the same") {
    World world(std::string(90, 'd') + "/" + std::string(90, 'e'));
    world.serve();
    const auto answer = give_order(world.state, RouteOrder::requeue, "siem");
    REQUIRE(answer);
    CHECK(answer->count == 3);
    world.server.reset();
    CHECK(!std::filesystem::exists(world.socket()));
}

TEST_CASE("it answers what the admin listener answers, and changes nothing for a GET") {
    World world;
    world.serve();
    CHECK(world.ask("GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n").ends_with("\r\n\r\nalive\n"));
    CHECK(world.ask("GET /requeue?destination=siem HTTP/1.1\r\nConnection: close\r\n\r\n")
              .starts_with("HTTP/1.1 404 "));
    CHECK(world.ask("PUT /requeue?destination=siem HTTP/1.1\r\nConnection: close\r\n\r\n")
              .starts_with("HTTP/1.1 405 "));
    CHECK(world.last_destination.empty());
}

TEST_CASE("what is no order is refused and gives none") {
    World world;
    world.serve();
    for (const std::string target :
         {"/requeue", "/requeue?", "/requeue?dest=siem", "/requeue?x&destination=siem"})
        CHECK(world.ask(post(target)).starts_with("HTTP/1.1 400 "));
    for (const std::string target : {"/", "/requeue/?destination=siem", "/purge?destination=siem", "*"})
        CHECK(world.ask(post(target)).starts_with("HTTP/1.1 404 "));
    CHECK(world.last_destination.empty());
}

TEST_CASE("clients that are slow, noisy or endless disturb no other one") {
    World world;
    world.serve();
    Peer silent = connect_to(world.socket());
    Peer half = connect_to(world.socket());
    half.write("POST /requeue?dest");
    Peer noisy = connect_to(world.socket());
    noisy.write(std::string("\0\x16\x03\x01\xff\r\n\r\n", 9));
    Peer endless = connect_to(world.socket());
    endless.write("POST /requeue?destination=" + std::string(1 << 14, 'x'));
    const auto answer = give_order(world.state, RouteOrder::requeue, "siem");
    REQUIRE(answer);
    CHECK(world.last_destination == "siem");
}

TEST_CASE("an order that takes long holds up no other client, and its answer comes when it is there") {
    World world;
    world.serve();
    world.holds_back = true;
    std::optional<OrderAnswer> slow;
    std::thread patient([&] { slow = give_order(world.state, RouteOrder::purge_spool, "siem"); });
    const bool asked = wait_until([&] { return world.held_replies() == 1; });
    CHECK(asked);
    CHECK(world.ask("GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n").ends_with("alive\n"));
    world.held.front()({.count = 9, .words = ""});
    patient.join();
    world.held.clear();
    REQUIRE(slow);
    CHECK(slow->count == 9);
}

TEST_CASE("a client that left before its answer came costs nothing") {
    World world;
    world.serve();
    world.holds_back = true;
    {
        Peer gone = connect_to(world.socket());
        gone.write(post("/requeue?destination=siem"));
        const bool asked = wait_until([&] { return world.held_replies() == 1; });
        CHECK(asked);
    }
    world.held.front()({.words = ""});
    world.held.clear();
    world.holds_back = false;
    CHECK(give_order(world.state, RouteOrder::requeue, "siem"));
}

}  // namespace
}  // namespace tapferry
