#include "transports/network/connection.h"

#include <algorithm>
#include <cassert>
#include <span>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include "transports/network/connection_bytes.h"
#include "transports/network/connection_dialler.h"
#include "transports/network/connection_network.h"
#include "transports/network/connection_socket.h"
#include "transports/tls/client.h"

namespace tapferry {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// More waits only where the peer makes TLS answer it, as with key updates, and reads nothing.
constexpr std::size_t most_encrypted = 2 * TlsSession::largest_write;
// How long a peer that has asked for our certificate may take to refuse it: some round trips.
Clock::duration time_to_refuse(Clock::duration handshake) {
    return std::clamp<Clock::duration>(2 * handshake, 250ms, 1000ms);
}

}  // namespace

struct Connection::Parts {
    Parts(const Timeouts& given, std::shared_ptr<TlsClient> tls_client, std::size_t most_received,
          std::shared_ptr<ConnectionNetwork> given_network)
        : timeouts(given),
          network(given_network ? std::move(given_network) : std::make_shared<ConnectionNetwork>()),
          dialler(Dialler::Kind::stream, given.connect, network),
          tls(std::move(tls_client)),
          bytes(most_received),
          socket(*network, bytes, {given.user, given.stall},
                 {.came = [this] { flow(); },
                  .ended = [this] { end(); },
                  .lost = [this](const std::error_code& why) { lose(why); },
                  .cannot_write = [this](const std::error_code& why) { lose_unless_told(why); }}) {}

    const Timeouts timeouts;
    const std::shared_ptr<ConnectionNetwork> network;
    Dialler dialler;
    const std::shared_ptr<TlsClient> tls;
    ConnectionBytes bytes;
    ConnectionSocket socket;
    State state = State::closed;
    std::string text;
    std::string host;
    std::string words;
    bool needs_a_person = false;
    bool hung_up = false;
    Clock::time_point connect_by{};
    Clock::time_point handshake_begun{};
    Clock::time_point alarm = Clock::time_point::max();  // of the handshake
    std::uint64_t acknowledged = 0;
    bool is_tcp = false;
    bool is_plain = false;
    bool is_dialling = false;

    // What run_until() is to notice.
    [[nodiscard]] auto view() const { return std::tuple(state, bytes.writing(), bytes.received_in_all()); }
    [[nodiscard]] bool lasts() const { return state == State::connecting || state == State::open; }

    void begin(const Address& address, First first) {
        text = address.text;
        is_plain = tls == nullptr || first == First::plain_text;
        host = address.host;
        is_tcp = address.unix_path.empty();
        state = State::connecting;
        connect_by = Clock::now() + timeouts.connect;
        dialler.start(address);
        is_dialling = true;
        take_dialled();
    }

    void reset() {
        socket.close();
        be_over(State::closed, {});
        bytes.begin(nullptr);
        acknowledged = 0;
        is_dialling = false;
    }

    void be_over(State how, std::string why, bool person = false) {
        state = how;
        words = std::move(why);
        needs_a_person = person;
        hung_up = false;
        socket.rest();
        bytes.give_up_writing();
        alarm = Clock::time_point::max();
    }

    void lose(const std::error_code& why) {
        if (state == State::connecting && bytes.session() != nullptr)
            return fail(bytes.session()->cut_off(why.message()));
        be_over(State::broken, "connection to " + text + ": " + why.message());
        hung_up = why == std::errc::connection_reset || why == std::errc::broken_pipe;
    }
    // A peer that hangs up may have said why.
    void lose_unless_told(const std::error_code& why) {
        const State state_before = state;
        if (bytes.session() != nullptr) socket.read();
        if (state == State::broken) return;
        state = state_before;
        lose(why);
    }
    void fail(const TlsFailure& failure) {
        be_over(State::broken, "TLS with " + text + ": " + failure.words, failure.needs_a_person);
    }
    void end() {
        if (state == State::connecting) return fail(bytes.session()->cut_off("it closed the connection"));
        be_over(State::ended, "connection to " + text + ": closed by the peer");
        hung_up = true;
    }

    void take_dialled() {
        if (!is_dialling || dialler.under_way()) return;
        is_dialling = false;
        Descriptor made = dialler.take_socket();
        if (!made.is_open()) return be_over(State::broken, dialler.words(), dialler.forbidden());
        if (const auto fault = socket.open(std::move(made), is_tcp)) return lose(fault);
        if (is_plain)
            state = State::open;
        else
            begin_tls();
        socket.await_reading();
    }

    void begin_tls() {
        auto session = tls->begin(host);
        if (!session) return fail(tls->failure());
        handshake_begun = Clock::now();
        alarm = connect_by;
        bytes.begin(std::move(session));
        flow();
    }

    // Something was decrypted, or is to be sent.
    void flow() {
        const std::size_t waiting = socket.flush();
        if (!lasts() || bytes.session() == nullptr) return;
        if (waiting > most_encrypted)
            return be_over(State::broken, "connection to " + text + ": the peer asks and takes no answers");
        take_session_state();
    }

    void take_session_state() {
        const TlsSession& session = *bytes.session();
        switch (session.state()) {
            case TlsSession::State::handshaking:
                break;
            case TlsSession::State::confirming:
                if (alarm != connect_by) break;
                alarm = std::min(connect_by, Clock::now() + time_to_refuse(Clock::now() - handshake_begun));
                break;
            case TlsSession::State::open:
                if (state == State::open) break;
                alarm = Clock::time_point::max();
                state = State::open;
                tls->agreed(session, text);
                break;
            case TlsSession::State::ended:
                end();
                break;
            case TlsSession::State::failed:
                fail(session.failure());
                break;
        }
    }

    // When there is something to do although the network is quiet.
    [[nodiscard]] Clock::time_point next_alarm() const { return std::min(alarm, dialler.alarm()); }

    void take_alarms(Clock::time_point now) {
        if (now >= dialler.alarm()) dialler.take_alarm();
        if (now < alarm) return;
        TlsSession& session = *bytes.session();
        if (session.state() != TlsSession::State::confirming)
            return fail(session.cut_off("it did not answer in time"));
        session.confirm();
        take_session_state();
    }
};

Connection::Connection(const Timeouts& timeouts, std::shared_ptr<TlsClient> tls, std::size_t most_received,
                       std::shared_ptr<ConnectionNetwork> network)
    : parts_(std::make_unique<Parts>(timeouts, std::move(tls), most_received, std::move(network))) {}
Connection::~Connection() = default;

void Connection::connect(const Address& address, First first) {
    close();
    parts_->begin(address, first);
}

void Connection::secure(const std::string& host) {
    assert(parts_->tls != nullptr);
    parts_->host = host;
    parts_->state = State::connecting;
    parts_->connect_by = Clock::now() + parts_->timeouts.connect;
    parts_->begin_tls();
    parts_->socket.await_reading();
}

void Connection::write(std::string_view bytes) {
    parts_->bytes.write(bytes);
    parts_->flow();
}

void Connection::end_writing() {
    parts_->bytes.end_writing();
    parts_->socket.end_writing();
}

void Connection::close() {
    Parts& parts = *parts_;
    if (parts.tls && parts.state == State::open && !writing()) {
        parts.bytes.end_writing();
        parts.socket.flush();
    }
    parts.reset();
}

void Connection::run_until(Deadline deadline) {
    Connection* const alone = this;
    run_any_until({&alone, 1}, deadline);
}

void Connection::run_any_until(std::span<Connection* const> connections, Deadline deadline) {
    std::vector<decltype(std::declval<const Parts&>().view())> before;
    for (const Connection* one : connections) before.push_back(one->parts_->view());
    const auto is_as_before = [](const auto& view, const Connection* one) {
        return one->parts_->view() == view;
    };
    ConnectionNetwork::Work work;
    work.done = [&] { return !std::equal(before.begin(), before.end(), connections.begin(), is_as_before); };
    work.next_alarm = [&] {
        auto alarm = Clock::time_point::max();
        for (const Connection* one : connections) alarm = std::min(alarm, one->parts_->next_alarm());
        return alarm;
    };
    work.take_alarms = [&](auto now) {
        for (const Connection* one : connections) one->parts_->take_alarms(now);
    };
    work.look = [&] {
        for (const Connection* one : connections) one->parts_->take_dialled();
    };
    connections.front()->parts_->network->run_until(deadline, work);
}

void Connection::look() {
    if (parts_->state == State::open) parts_->socket.read();
}

std::string_view Connection::received() const {
    return parts_->bytes.received();
}
void Connection::consume(std::size_t count) {
    Parts& parts = *parts_;
    parts.bytes.consume(count);
    if (parts.lasts()) parts.flow();
    parts.socket.await_reading();
}
Connection::State Connection::state() const {
    return parts_->state;
}
const std::string& Connection::words() const {
    return parts_->words;
}
bool Connection::needs_a_person() const {
    return parts_->needs_a_person;
}
bool Connection::hung_up() const {
    return parts_->hung_up;
}
bool Connection::writing() const {
    return parts_->bytes.writing();
}
std::uint64_t Connection::written() const {
    return parts_->bytes.written();
}

std::uint64_t Connection::acknowledged() {
    Parts& parts = *parts_;
    if (parts.state != State::open) return parts.acknowledged;
    // First the count, then the look at errors: a reset empties the kernel's queue too.
    const std::size_t waiting = parts.socket.unacknowledged();
    if (!parts.socket.read()) return parts.acknowledged;
    parts.acknowledged = std::max(parts.acknowledged, parts.bytes.arrived(waiting));
    parts.socket.suit_timeout_to_peer();
    return parts.acknowledged;
}

bool Connection::ended_with_everything() {
    Parts& parts = *parts_;
    if (parts.state != State::ended) return false;
    const bool all_taken = parts.socket.unacknowledged() == 0;
    // A peer that closed too early answers the bytes it no longer takes with a reset, behind its end.
    const std::error_code reset = parts.socket.take_error();
    if (reset) parts.lose(reset);
    return !reset && all_taken;
}

std::optional<TlsDetails> Connection::tls() const {
    const Parts& parts = *parts_;
    const TlsSession* session = parts.bytes.session();
    if (session == nullptr || parts.state == State::connecting) return std::nullopt;
    return session->details();
}

}  // namespace tapferry
