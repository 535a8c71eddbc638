#include "transports/way.h"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "transports/http/exchange.h"
#include "transports/network/connection.h"
#include "transports/network/connection_dialler.h"
#include "transports/tls/client.h"

namespace tapferry {
namespace {

using Clock = std::chrono::steady_clock;

template <typename Options>
std::vector<WayTo> connections_of(const Options& options) {
    std::vector<WayTo> ways;
    for (const Address& address : options.addresses) ways.push_back({address, options.tls});
    return ways;
}

// To a proxy where there is one: what is behind it only a request finds out.
std::vector<WayTo> ways_to(const HttpServers& servers) {
    std::vector<WayTo> ways;
    if (servers.proxy) return {{address_of(*servers.proxy), std::nullopt}};
    for (const Url& url : servers.urls)
        ways.push_back({address_of(url), url.https ? servers.tls : std::nullopt});
    return ways;
}

struct WaysOf {
    std::vector<WayTo> operator()(const KafkaOptions& options) const {
        std::vector<WayTo> ways;
        for (const Address& broker : options.brokers) ways.push_back({broker, options.tls});
        return ways;
    }
    std::vector<WayTo> operator()(const StreamOptions& options) const { return connections_of(options); }
    std::vector<WayTo> operator()(const RelpOptions& options) const { return connections_of(options); }
    std::vector<WayTo> operator()(const FluentOptions& options) const { return connections_of(options); }
    std::vector<WayTo> operator()(const DatagramOptions& options) const {
        return {{options.address, std::nullopt, true}};
    }
    std::vector<WayTo> operator()(const SplunkHecOptions& options) const { return ways_to(options.servers); }
    std::vector<WayTo> operator()(const ElasticsearchOptions& options) const {
        return ways_to(options.servers);
    }
    std::vector<WayTo> operator()(const HttpOptions& options) const { return ways_to(options.servers); }
    std::vector<WayTo> operator()(const FileOptions&) const { return {}; }
    std::vector<WayTo> operator()(const StdoutOptions&) const { return {}; }
};

std::string numeric(const sockaddr* address, socklen_t length) {
    std::array<char, NI_MAXHOST> host{};
    if (::getnameinfo(address, length, host.data(), host.size(), nullptr, 0, NI_NUMERICHOST) != 0) return "?";
    return host.data();
}

WayStep resolve(const Address& address) {
    WayStep step("resolve");
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (const int error = ::getaddrinfo(address.host.c_str(), nullptr, &hints, &found); error != 0) {
        step.words = address.host + ": " + ::gai_strerror(error);
        return step;
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
    for (const addrinfo* one = found; one != nullptr; one = one->ai_next)
        step.words += (step.words.empty() ? "" : ", ") + numeric(one->ai_addr, one->ai_addrlen);
    step.passed = true;
    return step;
}

// Of a connected socket.
std::string peer_of(const Descriptor& socket, const Address& address) {
    sockaddr_storage name{};
    socklen_t length = sizeof name;
    auto* generic = reinterpret_cast<sockaddr*>(&name);
    if (!address.unix_path.empty() || ::getpeername(socket.get(), generic, &length) != 0) return address.text;
    const std::string host = numeric(generic, length);
    const std::string port = ":" + std::to_string(address.port);
    return name.ss_family == AF_INET6 ? "[" + host + "]" + port : host + port;
}

WayStep connect(const WayTo& way, std::chrono::milliseconds timeout) {
    WayStep step("connect");
    Dialler dialler(way.datagrams ? Dialler::Kind::datagram : Dialler::Kind::stream, timeout);
    dialler.start(way.address);
    while (dialler.under_way()) dialler.run_until(Clock::now() + timeout);
    const Descriptor socket = dialler.take_socket();
    step.passed = socket.is_open();
    step.words = step.passed ? peer_of(socket, way.address) : dialler.words();
    if (step.passed && way.datagrams) step.words += " (datagrams do not tell whether anybody listens there)";
    return step;
}

std::string words_of(const TlsDetails& details, const TlsOptions& options) {
    const auto left =
        details.ends - std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const auto days = std::chrono::floor<std::chrono::days>(left).count();
    std::string words = details.version + ", " + details.cipher + ", certificate of " + details.owner +
                        ", issued by " + details.issuer;
    if (!options.verify) return words + ", not verified";
    return words + ", " + std::to_string(days) + (days == 1 ? " day" : " days") + " left";
}

WayStep speak_tls(const WayTo& way, std::chrono::milliseconds timeout) {
    WayStep step("tls");
    const auto client = TlsClient::made_from(way.tls);
    Connection connection({timeout, timeout, timeout}, client);
    connection.connect(way.address);
    const auto deadline = Clock::now() + timeout;
    while (connection.state() == Connection::State::connecting && Clock::now() < deadline)
        connection.run_until(deadline);
    const auto details = connection.tls();
    step.passed = connection.state() == Connection::State::open && details;
    if (step.passed)
        step.words = words_of(*details, *way.tls);
    else
        step.words = connection.words().empty() ? "no answer in time" : connection.words();
    connection.close();
    return step;
}

}  // namespace

std::vector<WayTo> ways_of(const TransportOptions& options) {
    return std::visit(WaysOf{}, options);
}

std::vector<WayStep> try_way(const WayTo& way, std::chrono::milliseconds timeout) {
    std::vector<WayStep> steps;
    const auto go = [&](auto&& step) {
        const auto begun = Clock::now();
        steps.push_back(step());
        steps.back().took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begun);
        return steps.back().passed;
    };
    const bool named = way.address.unix_path.empty();
    if (named && !go([&] { return resolve(way.address); })) return steps;
    if (!go([&] { return connect(way, timeout); })) return steps;
    if (way.tls) go([&] { return speak_tls(way, timeout); });
    return steps;
}

}  // namespace tapferry
