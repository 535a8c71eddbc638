#include "agent/admin/fetch.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <stdexcept>

namespace tapferry {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;

constexpr auto timeout = std::chrono::seconds{10};
constexpr std::uint64_t max_body_bytes = 16 << 20;

// Runs one asynchronous operation to its end: Beast's time-outs work only with those.
template <typename Start>
void finish(asio::io_context& context, beast::tcp_stream& stream, const std::string& address, Start start) {
    beast::error_code result;
    stream.expires_after(timeout);
    start([&](beast::error_code error, auto&&...) { result = error; });
    context.restart();
    context.run();
    if (result) throw std::runtime_error("no answer from " + address + ": " + result.message());
}

}  // namespace

std::string fetch(const std::string& address, const std::string& path) {
    const auto colon = address.rfind(':');
    std::string host = address.substr(0, colon);
    if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);

    asio::io_context context;
    beast::error_code error;
    const auto endpoints = tcp::resolver(context).resolve(host, address.substr(colon + 1), error);
    if (error) throw std::runtime_error("cannot resolve " + address + ": " + error.message());
    beast::tcp_stream stream(context);
    finish(context, stream, address, [&](auto done) { stream.async_connect(endpoints, done); });

    http::request<http::empty_body> request{http::verb::get, path, 11};
    request.set(http::field::host, address);
    request.set(http::field::connection, "close");
    finish(context, stream, address, [&](auto done) { http::async_write(stream, request, done); });

    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(max_body_bytes);
    finish(context, stream, address, [&](auto done) { http::async_read(stream, buffer, parser, done); });
    const auto response = parser.release();
    if (response.result() != http::status::ok)
        throw std::runtime_error(address + " answered " + std::to_string(response.result_int()));
    return response.body();
}

}  // namespace tapferry
