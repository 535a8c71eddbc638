#include "agent/commands/probe/trial.h"

#include "tests/transports/http/http_server.h"
#include "tests/transports/relp/relp_peer.h"
#include "tests/transports/transport_fixture.h"

namespace tapferry {
namespace {

// So long whoever is silent is waited for.
constexpr auto timeout = 1000ms;

RecordBuffer event() {
    return records_of({"event"}, Framing::none);
}

}  // namespace

TEST_CASE("behind a receiver that is silent the next one has its turn, and the silence is told") {
    // Its kernel takes connections, and nobody reads.
    const Listener silent = Listener::on_loopback();
    Trial trial;
    SUBCASE("RELP") {
        RelpReceiver receiver({[](RelpPeer& peer) {
            peer.open();
            CHECK(peer.take() == "event");
            peer.write(peer.read().number + " rsp 0\n");
            peer.see_end();
        }});
        RelpOptions options;
        options.addresses = {silent.address(), receiver.address()};
        trial = try_batch(options, event(), timeout);
        receiver.join();
    }
    SUBCASE("HTTP") {
        HttpServer server({{http_answer(200)}});
        HttpOptions options;
        options.servers = servers_at({url_of("http://" + silent.address().text), server.url()});
        trial = try_batch(options, event(), timeout);
        CHECK(server.asked().size() == 1);
    }
    CHECK(trial.accepted());
    CHECK(trial.warning.find(silent.address().text) != std::string::npos);
    CHECK(trial.warning.ends_with(": no answer in 1.00 s"));
}

TEST_CASE("when the first receiver takes the event no other one is asked") {
    const Listener other = Listener::on_loopback();
    HttpServer server({{http_answer(200)}});
    HttpOptions options;
    options.servers = servers_at({server.url(), url_of("http://" + other.address().text)});
    const Trial trial = try_batch(options, event(), timeout);
    CHECK(trial.accepted());
    CHECK(trial.warning.empty());
    CHECK(!other.has_waiting());
}

TEST_CASE("that a receiver waits for us, and not we for it, is told within our patience") {
    const Listener silent = Listener::on_loopback();
    FluentOptions options;
    options.addresses = {silent.address()};
    options.shared_key = "key";
    const Trial trial = try_batch(options, event(), timeout);
    CHECK(trial.words().ends_with("it does not ask for the shared key: is one configured there?"));
}

TEST_CASE("when no receiver takes the event the words of the last one are told") {
    const RefusingPort first;
    const RefusingPort last;
    RelpOptions options;
    options.addresses = {first.address(), last.address()};
    const Trial trial = try_batch(options, event(), timeout);
    CHECK(!trial.accepted());
    CHECK(trial.words() == "connect to " + last.address().text + ": Connection refused");
}

}  // namespace tapferry
