#include "agent/admin/server.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <ctime>
#include <optional>
#include <thread>

#include "agent/admin/metrics.h"
#include "agent/admin/status_json.h"
#include "agent/version.h"

namespace tapferry {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using StatusSource = std::function<AgentStatus()>;

constexpr auto client_timeout = std::chrono::seconds{10};
constexpr std::uint32_t max_header_bytes = 8192;
constexpr std::size_t max_clients = 256;
// Without descriptors accept() fails at once, again and again.
constexpr auto accept_pause = std::chrono::milliseconds{100};

using Response = http::response<http::string_body>;

Response answer(http::status status, std::string_view type, std::string body) {
    Response response{status, 11};
    response.set(http::field::server, "tapferry/" + std::string{version});
    response.set(http::field::content_type, type);
    response.set(http::field::cache_control, "no-store");
    response.body() = std::move(body);
    return response;
}

Response readiness(const AgentStatus& status) {
    const auto failing = not_ready(status, std::time(nullptr));
    if (failing.empty()) return answer(http::status::ok, "text/plain; charset=utf-8", "ready\n");
    std::string text;
    for (const auto& route : status.routes)
        for (const auto& name : failing)
            if (route.name == name)
                text += "destination " + name +
                        (route.state == RouteStatus::State::held ? " is held: " : " is failing: ") +
                        route.words + "\n";
    return answer(http::status::service_unavailable, "text/plain; charset=utf-8", text);
}

Response respond(http::verb method, std::string_view target, const StatusSource& status) {
    constexpr std::string_view text = "text/plain; charset=utf-8";
    if (method != http::verb::get && method != http::verb::head)
        return answer(http::status::method_not_allowed, text, "this listener only reads: use GET\n");
    const auto path = target.substr(0, target.find('?'));
    if (path == "/metrics")
        return answer(http::status::ok, "text/plain; version=0.0.4; charset=utf-8", metrics_text(status()));
    if (path == "/status") return answer(http::status::ok, "application/json", status_json(status()) + "\n");
    if (path == "/healthz") return answer(http::status::ok, text, "alive\n");
    if (path == "/readyz") return readiness(status());
    return answer(http::status::not_found, text, "there are /metrics, /status, /healthz and /readyz\n");
}

// One client's connection, for as many requests as it likes to make.
class Session : public std::enable_shared_from_this<Session> {
  public:
    Session(tcp::socket socket, const StatusSource& status, std::size_t& clients)
        : stream_(std::move(socket)), status_(status), clients_(clients) {
        ++clients_;
    }
    ~Session() { --clients_; }

    void read() {
        parser_.emplace();
        parser_->header_limit(max_header_bytes);
        parser_->body_limit(boost::none);  // a body is never read
        stream_.expires_after(client_timeout);
        http::async_read_header(
            stream_, buffer_, *parser_,
            [self = shared_from_this()](beast::error_code error, std::size_t) { self->answer_it(error); });
    }

  private:
    void answer_it(beast::error_code error) {
        if (error) return close();
        const auto& request = parser_->get();
        const auto target = request.target();
        response_ = respond(request.method(), {target.data(), target.size()}, status_);
        response_.version(request.version());
        response_.keep_alive(request.keep_alive() && parser_->is_done());  // what follows would be its body
        response_.prepare_payload();
        if (request.method() == http::verb::head) response_.body().clear();
        stream_.expires_after(client_timeout);
        http::async_write(stream_, response_,
                          [self = shared_from_this()](beast::error_code failed, std::size_t) {
                              if (failed || !self->response_.keep_alive()) return self->close();
                              self->read();
                          });
    }

    void close() {
        beast::error_code ignored;
        stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    }

    beast::tcp_stream stream_;
    beast::flat_buffer buffer_{max_header_bytes * 2};
    std::optional<http::request_parser<http::empty_body>> parser_;
    Response response_;
    const StatusSource& status_;
    std::size_t& clients_;
};

}  // namespace

struct AdminServer::Parts {
    asio::io_context context{1};
    tcp::acceptor acceptor{context};
    asio::steady_timer pause{context};
    StatusSource status;
    std::size_t clients = 0;  // of this thread alone
    std::thread thread;

    void accept() {
        acceptor.async_accept([this](beast::error_code error, tcp::socket socket) {
            if (error == asio::error::operation_aborted) return;
            if (!error && clients < max_clients)
                std::make_shared<Session>(std::move(socket), status, clients)->read();
            if (!error) return accept();
            pause.expires_after(accept_pause);
            pause.async_wait([this](beast::error_code stopped) {
                if (!stopped) accept();
            });
        });
    }
};

AdminServer::AdminServer(const std::string& host, std::uint16_t port, std::function<AgentStatus()> status)
    : parts_(std::make_unique<Parts>()) {
    parts_->status = std::move(status);
    try {
        tcp::resolver resolver(parts_->context);
        const auto found = resolver.resolve(host, std::to_string(port), tcp::resolver::passive);
        const tcp::endpoint endpoint = found.begin()->endpoint();
        parts_->acceptor.open(endpoint.protocol());
        parts_->acceptor.set_option(tcp::acceptor::reuse_address(true));
        parts_->acceptor.bind(endpoint);
        parts_->acceptor.listen();
    } catch (const boost::system::system_error& failure) {
        throw AdminError("admin.listen: cannot listen on " + host + ":" + std::to_string(port) + ": " +
                         failure.code().message() +
                         "; choose another address, or \"\" to switch the admin listener off");
    }
    parts_->accept();
    parts_->thread = std::thread([this] { parts_->context.run(); });
}

AdminServer::~AdminServer() {
    parts_->context.stop();
    if (parts_->thread.joinable()) parts_->thread.join();
}

std::string AdminServer::address() const {
    const auto endpoint = parts_->acceptor.local_endpoint();
    const std::string host = endpoint.address().to_string();
    return (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(endpoint.port());
}

}  // namespace tapferry
