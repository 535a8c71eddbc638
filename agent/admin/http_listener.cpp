#include "agent/admin/http_listener.h"

#include <atomic>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <thread>

#include "agent/version.h"

namespace tapferry {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using local = asio::local::stream_protocol;
using Stream = asio::generic::stream_protocol;

constexpr auto client_timeout = std::chrono::seconds{10};
constexpr std::uint32_t max_header_bytes = 8192;
constexpr std::size_t max_clients = 256;
// Without descriptors accept() fails at once, again and again.
constexpr auto accept_pause = std::chrono::milliseconds{100};

using Response = http::response<http::string_body>;
using Clients = std::atomic<std::size_t>;

Response response_of(HttpAnswer answer) {
    Response response{http::int_to_status(answer.status), 11};
    response.set(http::field::server, "tapferry/" + std::string{version});
    response.set(http::field::content_type, answer.type);
    response.set(http::field::cache_control, "no-store");
    response.body() = std::move(answer.body);
    return response;
}

// One client's connection, for as many requests as it likes to make.
class Session : public std::enable_shared_from_this<Session> {
  public:
    Session(Stream::socket socket, const HttpListener::Handler& handler, Clients& clients)
        : stream_(std::move(socket)), handler_(handler), clients_(clients) {
        ++clients_;
    }
    ~Session() { --clients_; }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    void read() {
        parser_.emplace();
        parser_->header_limit(max_header_bytes);
        parser_->body_limit(boost::none);  // a body is never read
        stream_.expires_after(client_timeout);
        http::async_read_header(
            stream_, buffer_, *parser_,
            [self = shared_from_this()](beast::error_code error, std::size_t) { self->ask(error); });
    }

  private:
    void ask(beast::error_code error) {
        if (error) return close();
        stream_.expires_never();
        const auto method = parser_->get().method_string();
        const auto target = parser_->get().target();
        handler_({method.data(), method.size()}, {target.data(), target.size()},
                 [self = shared_from_this()](HttpAnswer answer) {
                     asio::post(self->stream_.get_executor(),
                                [self, answer = std::move(answer)] { self->write(answer); });
                 });
    }

    void write(const HttpAnswer& answer) {
        const auto& request = parser_->get();
        response_ = response_of(answer);
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
        stream_.socket().shutdown(Stream::socket::shutdown_send, ignored);
    }

    beast::basic_stream<Stream> stream_;
    beast::flat_buffer buffer_{max_header_bytes * 2};
    std::optional<http::request_parser<http::empty_body>> parser_;
    Response response_;
    const HttpListener::Handler& handler_;
    Clients& clients_;
};

}  // namespace

struct HttpListener::Parts {
    explicit Parts(Handler asked) : handler(std::move(asked)) {}

    Handler handler;
    Clients clients{0};
    asio::io_context context{1};
    tcp::acceptor remote{context};
    local::acceptor nearby{context};
    asio::steady_timer pause{context};
    std::thread thread;

    template <typename Acceptor>
    void accept(Acceptor& acceptor) {
        acceptor.async_accept([this, &acceptor](beast::error_code error, auto socket) {
            if (error == asio::error::operation_aborted) return;
            if (!error && clients < max_clients)
                std::make_shared<Session>(Stream::socket(std::move(socket)), handler, clients)->read();
            if (!error) return accept(acceptor);
            pause.expires_after(accept_pause);
            pause.async_wait([this, &acceptor](beast::error_code stopped) {
                if (!stopped) accept(acceptor);
            });
        });
    }

    template <typename Acceptor>
    void start(Acceptor& acceptor) {
        accept(acceptor);
        thread = std::thread([this] { context.run(); });
    }
};

HttpListener::HttpListener(const std::string& host, std::uint16_t port, Handler handler)
    : parts_(std::make_unique<Parts>(std::move(handler))) {
    try {
        tcp::resolver resolver(parts_->context);
        const auto found = resolver.resolve(host, std::to_string(port), tcp::resolver::passive);
        const tcp::endpoint endpoint = found.begin()->endpoint();
        parts_->remote.open(endpoint.protocol());
        parts_->remote.set_option(tcp::acceptor::reuse_address(true));
        parts_->remote.bind(endpoint);
        parts_->remote.listen();
    } catch (const boost::system::system_error& failure) {
        throw std::runtime_error(failure.code().message());
    }
    parts_->start(parts_->remote);
}

HttpListener::HttpListener(Descriptor unix_socket, Handler handler)
    : parts_(std::make_unique<Parts>(std::move(handler))) {
    try {
        parts_->nearby.assign(local(), unix_socket.get());
    } catch (const boost::system::system_error& failure) {
        throw std::runtime_error(failure.code().message());
    }
    static_cast<void>(unix_socket.release());
    parts_->start(parts_->nearby);
}

HttpListener::~HttpListener() {
    parts_->context.stop();
    if (parts_->thread.joinable()) parts_->thread.join();
}

std::string HttpListener::address() const {
    const auto endpoint = parts_->remote.local_endpoint();
    const std::string host = endpoint.address().to_string();
    return (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(endpoint.port());
}

}  // namespace tapferry
