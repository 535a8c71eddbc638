#include "transports/stream.h"

#include "tests/transports/peer.h"
#include "tests/transports/transport_fixture.h"
#include "tests/transports/unprivileged.h"

namespace tapferry {
namespace {

StreamOptions options_for(std::vector<Address> addresses) {
    StreamOptions options;
    options.addresses = std::move(addresses);
    options.replay_window = 0s;
    return options;
}

}  // namespace

TEST_CASE("a refused connection gives the batch back, with who refused it") {
    const RefusingPort port;
    Stream stream(options_for({port.address()}));
    const auto records = records_of({"event"});
    const auto outcome = deliver(stream, {records}, Ticket{1});
    CHECK(summary({outcome}) == "retry 1");
    CHECK(outcome.words == "connect to " + port.address().text + ": Connection refused");
    CHECK(outcome.done == 0);
}

TEST_CASE("each attempt goes to the next address, and the last one is followed by the first") {
    const RefusingPort dead;
    auto alive = Listener::on_loopback();
    Stream stream(options_for({dead.address(), alive.address()}));
    const auto records = records_of({"event"});
    CHECK(summary({deliver(stream, {records}, Ticket{1})}) == "retry 1");
    REQUIRE(stream.submit({records}, Ticket{2}, long_from_now()));
    CHECK(summary(outcomes_of(stream, 2)) == "sent 2, accepted 2");
    alive.accept().close();
    CHECK(summary({deliver(stream, {records}, Ticket{3})}) == "retry 3");
    REQUIRE(stream.submit({records}, Ticket{4}, long_from_now()));
    CHECK(alive.accept().read(6) == "event\n");
}

TEST_CASE("which of several receivers it goes to is told when it is another one, and once a minute at most") {
    const RefusingPort dead;
    auto first = Listener::on_loopback();
    auto second = Listener::on_loopback();
    const auto records = records_of({"event"});
    Stream alone(options_for({first.address(), second.address()}));
    REQUIRE(alone.submit({records}, Ticket{1}, long_from_now()));
    CHECK(summary(outcomes_of(alone, 2)) == "sent 1, accepted 1");
    CHECK(alone.take_warning().empty());
    Stream stream(options_for({dead.address(), first.address(), second.address()}));
    CHECK(summary({deliver(stream, {records}, Ticket{1})}) == "retry 1");
    CHECK(stream.take_warning().empty());
    REQUIRE(stream.submit({records}, Ticket{2}, long_from_now()));
    CHECK(summary(outcomes_of(stream, 2)) == "sent 2, accepted 2");
    CHECK(stream.take_warning() == "goes to " + first.address().text + " from now on (connect to " +
                                       dead.address().text + ": Connection refused)");
    CHECK(stream.take_warning().empty());
}

TEST_CASE("a name that does not exist gives the batch back, with the name") {
    Address address;
    address.host = "no.such.invalid";
    address.port = 601;
    address.text = "no.such.invalid:601";
    Stream stream(options_for({address}));
    const auto records = records_of({"event"});
    const auto outcome = deliver(stream, {records}, Ticket{1});
    CHECK(summary({outcome}) == "retry 1");
    CHECK(outcome.words.starts_with("resolve no.such.invalid: "));
}

TEST_CASE("all addresses of a name are tried in one attempt") {
    auto listener = Listener::on_loopback();
    Address address = listener.address();
    address.host = "localhost";  // often ::1 first, where nobody listens
    Stream stream(options_for({address}));
    const auto records = records_of({"event"});
    REQUIRE(stream.submit({records}, Ticket{1}, long_from_now()));
    CHECK(listener.accept().read(6) == "event\n");
}

TEST_CASE("connecting goes on in wait() when submit() had no time for it") {
    auto listener = Listener::on_loopback();
    Stream stream(options_for({listener.address()}));
    const auto records = records_of({"event"});
    REQUIRE(stream.submit({records}, Ticket{1}, now()));
    CHECK(summary(outcomes_of(stream, 2)) == "sent 1, accepted 1");
}

TEST_CASE("a connection that nobody answers is given up after the connect timeout") {
    const FullListener listener;
    auto options = options_for({listener.address()});
    options.connect_timeout = 50ms;
    Stream stream(std::move(options));
    const auto records = records_of({"event"});
    const auto outcome = deliver(stream, {records}, Ticket{1});
    CHECK(summary({outcome}) == "retry 1");
    CHECK(outcome.words == "connect to " + listener.address().text + ": Connection timed out");
}

TEST_CASE("a stop gives up a connection that nobody answers") {
    const FullListener listener;
    Stream stream(options_for({listener.address()}));
    const auto records = records_of({"event"});
    REQUIRE(stream.submit({records}, Ticket{1}, now()));
    stream.finish(now() + 50ms);
    CHECK(outcomes_of(stream, 1).front().words == "stopped before a connection was made");
}

TEST_CASE("a unix socket that we may not open is a matter for a person, until we may") {
    const TemporaryFolder folder;
    const std::string path = folder.path("receiver.sock");
    auto listener = Listener::on_path(path);
    std::filesystem::permissions(folder.path(), std::filesystem::perms::all);
    std::filesystem::permissions(path, std::filesystem::perms::none);
    Stream stream(options_for({listener.address()}));
    const auto records = records_of({"event"});
    {
        const Unprivileged unprivileged;
        const auto outcome = deliver(stream, {records}, Ticket{1});
        CHECK(summary({outcome}) == "misconfigured 1");
        CHECK(outcome.words == "connect to unix:" + path + ": Permission denied");
    }
    std::filesystem::permissions(path, std::filesystem::perms::all);
    {
        const Unprivileged unprivileged;
        REQUIRE(stream.submit({records}, Ticket{2}, long_from_now()));
    }
    auto peer = listener.accept();
    CHECK(peer.read(6) == "event\n");
    CHECK(summary(outcomes_of(stream, 2)) == "sent 2, accepted 2");
    // A connection that was there and is lost is the network's matter, as ever.
    listener.close();
    peer.close();
    CHECK(summary({deliver(stream, {records}, Ticket{3})}) == "retry 3");
}

TEST_CASE("a unix socket that is not there, or whose path is too long, gives the batch back") {
    const TemporaryFolder folder;
    const auto records = records_of({"event"});
    Stream missing(options_for({unix_address(folder.path("nobody.sock"))}));
    CHECK(deliver(missing, {records}, Ticket{1}).words ==
          "connect to unix:" + folder.path("nobody.sock") + ": No such file or directory");
    Stream too_long(options_for({unix_address("/" + std::string(200, 'x'))}));
    CHECK(deliver(too_long, {records}, Ticket{1}).words.ends_with(": File name too long"));
}

TEST_CASE("a new connection is made when the peer has closed an idle one, and no batch is lost by it") {
    auto listener = Listener::on_loopback();
    Stream stream(options_for({listener.address()}));
    const auto records = records_of({"event"});
    REQUIRE(stream.submit({records}, Ticket{1}, long_from_now()));
    CHECK(summary(outcomes_of(stream, 2)) == "sent 1, accepted 1");
    auto first = listener.accept();
    CHECK(first.read(6) == "event\n");
    first.close();
    CHECK(!stream.wait(now() + 50ms));

    REQUIRE(stream.submit({records}, Ticket{2}, long_from_now()));
    CHECK(summary(outcomes_of(stream, 2)) == "sent 2, accepted 2");
    CHECK(listener.accept().read(6) == "event\n");
}

TEST_CASE("an end that came since the last wait() is seen before the next batch is written") {
    auto listener = Listener::on_loopback();
    Stream stream(options_for({listener.address()}));
    const auto records = records_of({"event"});
    REQUIRE(stream.submit({records}, Ticket{1}, long_from_now()));
    (void)outcomes_of(stream, 2);
    auto first = listener.accept();
    CHECK(first.read(6) == "event\n");
    first.close();
    REQUIRE(stream.submit({records}, Ticket{2}, long_from_now()));
    CHECK(listener.accept().read(6) == "event\n");
}

}  // namespace tapferry
