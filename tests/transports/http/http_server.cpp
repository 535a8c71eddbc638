#include "tests/transports/http/http_server.h"

#include <csignal>
#include <stdexcept>
#include <utility>

namespace tapferry {

HttpServer::HttpServer(std::vector<Answers> connections)
    : listener_(Listener::on_loopback()), thread_([this, script = std::move(connections)] {
          try {
              for (const Answers& answers : script) {
                  serve(answers);
                  const std::lock_guard lock(mutex_);
                  ++closed_;
                  changed_.notify_all();
              }
          } catch (...) {
              trouble_ = std::current_exception();
          }
      }) {}

HttpServer::~HttpServer() {
    if (thread_.joinable()) thread_.join();
}

void HttpServer::serve(const Answers& answers) {
    Peer peer = listener_.accept();
    for (const std::string& answer : answers) {
        HttpAsked asked = read_request(peer);
        if (asked.head.empty()) throw std::runtime_error("a connection ended before all of its answers");
        {
            const std::lock_guard lock(mutex_);
            asked_.push_back(std::move(asked));
        }
        if (!answer.empty()) peer.write(answer);
    }
}

Url HttpServer::url(std::string_view target) const {
    return url_of("http://" + listener_.address().text + std::string(target));
}

void HttpServer::wait_until_closed(std::size_t connections) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::seconds(30), [&] { return closed_ >= connections; }))
        throw std::runtime_error("the server is not done");
}

std::vector<HttpAsked> HttpServer::asked() {
    if (thread_.joinable()) thread_.join();
    if (trouble_) std::rethrow_exception(trouble_);
    return asked_;
}

std::string http_answer(unsigned status, std::string_view body, std::string_view headers) {
    return "HTTP/1.1 " + std::to_string(status) +
           " Reason\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string(headers) +
           "\r\n" + std::string(body);
}

HttpServers servers_at(std::vector<Url> urls) {
    HttpServers servers;
    servers.urls = std::move(urls);
    servers.connections = 1;
    return servers;
}

Url url_of(const std::string& text) {
    auto url = parse_url(text, UserInfo::allowed);
    if (const auto* fault = std::get_if<std::string>(&url)) throw std::runtime_error(text + " " + *fault);
    return std::get<Url>(url);
}

}  // namespace tapferry
