// An HTTP server that answers as the test has written down, on a thread of its own beside the transport that
// the test drives, and keeps what it was asked.
#pragma once

#include <condition_variable>
#include <exception>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/transports/peer.h"
#include "transports/http/options.h"

namespace tapferry {

struct HttpAsked {
    std::string head;  // with the empty line
    std::string body;
    [[nodiscard]] bool has(std::string_view line) const {
        return head.find("\r\n" + std::string(line) + "\r\n") != std::string::npos;
    }
    [[nodiscard]] std::string first_line() const { return head.substr(0, head.find("\r\n")); }
};

class HttpServer {
  public:
    // For each connection, one after the other, the bytes to answer each request with; behind the last of
    // them the connection is closed. Empty bytes: the request is read, and that is all.
    using Answers = std::vector<std::string>;
    explicit HttpServer(std::vector<Answers> connections);
    ~HttpServer();

    [[nodiscard]] Url url(std::string_view target = "/ingest") const;
    [[nodiscard]] const Address& address() const { return listener_.address(); }
    void wait_until_closed(std::size_t connections);
    // Waits for the end of the script; throws what went wrong.
    std::vector<HttpAsked> asked();

  private:
    void serve(const Answers& answers);

    Listener listener_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<HttpAsked> asked_;
    std::size_t closed_ = 0;
    std::exception_ptr trouble_;
    std::thread thread_;
};

// Reads a whole request by its Content-Length from whatever has read(count).
template <typename Reader>
HttpAsked read_request(Reader& peer) {
    HttpAsked asked;
    while (!asked.head.ends_with("\r\n\r\n")) {
        const std::string next = peer.read(1);
        if (next.empty()) return asked;
        asked.head += next;
    }
    const std::string name = "Content-Length: ";
    if (const auto at = asked.head.find(name); at != std::string::npos)
        asked.body = peer.read(std::stoul(asked.head.substr(at + name.size())));
    return asked;
}

// "HTTP/1.1 STATUS …" with the body's length; `headers`: further lines, each with its end.
std::string http_answer(unsigned status, std::string_view body = "", std::string_view headers = "");

// To these URLs, over one connection at a time.
HttpServers servers_at(std::vector<Url> urls);
Url url_of(const std::string& text);

}  // namespace tapferry
