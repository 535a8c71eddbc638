#include "agent/admin/fetch.h"

#include <rapidjson/document.h>

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <stdexcept>

#include "agent/admin/control_path.h"

namespace tapferry {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using local = asio::local::stream_protocol;
using Response = http::response<http::string_body>;

constexpr auto timeout = std::chrono::seconds{10};
// A route may be in the middle of something before it hears of an order.
constexpr auto order_timeout = std::chrono::seconds{60};
constexpr std::uint64_t max_body_bytes = 16 << 20;

constexpr std::array<const char*, 3> order_paths{"/requeue", "/dead-letter/purge", "/spool/purge"};

// One question to one server, called `name` where people read it.
template <typename Stream>
class Exchange {
  public:
    Exchange(std::string name, std::chrono::seconds patience)
        : name_(std::move(name)), patience_(patience), stream_(context_) {}

    template <typename Where>
    beast::error_code connect(const Where& where) {
        return run([&](auto done) { stream_.async_connect(where, done); });
    }

    Response ask(http::verb method, const std::string& target, const std::string& host) {
        http::request<http::empty_body> request{method, target, 11};
        request.set(http::field::host, host);
        request.set(http::field::connection, "close");
        request.prepare_payload();
        must(run([&](auto done) { http::async_write(stream_, request, done); }));
        beast::flat_buffer buffer;
        http::response_parser<http::string_body> parser;
        parser.body_limit(max_body_bytes);
        must(run([&](auto done) { http::async_read(stream_, buffer, parser, done); }));
        return parser.release();
    }

    void must(beast::error_code error) const {
        if (error) throw std::runtime_error("no answer from " + name_ + ": " + error.message());
    }

    asio::io_context& context() { return context_; }

  private:
    // Runs one asynchronous operation to its end: Beast's time-outs work only with those.
    template <typename Start>
    beast::error_code run(Start start) {
        beast::error_code result;
        stream_.expires_after(patience_);
        start([&](beast::error_code error, auto&&...) { result = error; });
        context_.restart();
        context_.run();
        return result;
    }

    std::string name_;
    std::chrono::seconds patience_;
    asio::io_context context_;
    beast::basic_stream<Stream> stream_;
};

std::uint64_t number_in(const rapidjson::Document& json, const char* key) {
    const auto found = json.FindMember(key);
    return found != json.MemberEnd() && found->value.IsUint64() ? found->value.GetUint64() : 0;
}

OrderAnswer order_answer(const Response& response, const std::string& name) {
    OrderAnswer answer;
    if (response.result() == http::status::ok) {
        rapidjson::Document json;
        json.Parse(response.body().data(), response.body().size());
        if (json.HasParseError() || !json.IsObject())
            throw std::runtime_error(name + " sent something that is not an answer");
        answer.count = number_in(json, "count");
        answer.bytes = number_in(json, "bytes");
        return answer;
    }
    answer.words = response.body().substr(0, response.body().find('\n'));
    answer.result = response.result() == http::status::not_found  ? OrderAnswer::Result::unknown
                    : response.result() == http::status::conflict ? OrderAnswer::Result::refused
                                                                  : OrderAnswer::Result::failed;
    return answer;
}

// Over a state directory's control socket. False: nobody listens.
bool connect(Exchange<local>& exchange, const ControlPath& place) {
    const beast::error_code error = exchange.connect(local::endpoint(place.path()));
    if (error == asio::error::connection_refused || error == beast::errc::no_such_file_or_directory)
        return false;
    exchange.must(error);
    return true;
}

std::string control_name(const std::filesystem::path& state_directory) {
    return (state_directory / "control.sock").string();
}

}  // namespace

std::string fetch(const std::string& address, const std::string& path) {
    const auto colon = address.rfind(':');
    std::string host = address.substr(0, colon);
    if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);

    Exchange<tcp> exchange(address, timeout);
    beast::error_code error;
    const auto endpoints = tcp::resolver(exchange.context()).resolve(host, address.substr(colon + 1), error);
    if (error) throw std::runtime_error("cannot resolve " + address + ": " + error.message());
    exchange.must(exchange.connect(endpoints));
    const auto response = exchange.ask(http::verb::get, path, address);
    if (response.result() != http::status::ok)
        throw std::runtime_error(address + " answered " + std::to_string(response.result_int()));
    return response.body();
}

bool agent_listens(const std::filesystem::path& state_directory) {
    const ControlPath place(state_directory);
    Exchange<local> exchange(control_name(state_directory), timeout);
    return connect(exchange, place);
}

std::optional<OrderAnswer> give_order(const std::filesystem::path& state_directory, RouteOrder order,
                                      const std::string& destination) {
    const ControlPath place(state_directory);
    const std::string name = control_name(state_directory);
    Exchange<local> exchange(name, order_timeout);
    if (!connect(exchange, place)) return std::nullopt;
    const std::string path = order_paths[static_cast<std::size_t>(order)];
    return order_answer(exchange.ask(http::verb::post, path + "?destination=" + destination, "agent"), name);
}

}  // namespace tapferry
