// The far side of a connection with TLS: does on a thread of its own what the test says, beside the transport
// that the test drives.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "tests/transports/peer.h"
#include "tests/transports/tls/certificates.h"

struct ssl_st;

namespace tapferry {

struct TlsServerOptions {
    std::string certificate_file;
    std::string key_file;
    std::string client_authority_file;  // empty: asks for no certificate
    int version = 0;                    // 12 or 13 alone; 0: both
    bool tickets = true;
};

class TlsPeer {
  public:
    TlsPeer(int descriptor, const TlsServerOptions& options);
    ~TlsPeer();
    TlsPeer(const TlsPeer&) = delete;
    TlsPeer& operator=(const TlsPeer&) = delete;

    // Whether it came about.
    bool shake_hands();
    std::string read(std::size_t count);
    std::string read_to_end();
    void write(std::string_view bytes);
    // The name that was asked for.
    [[nodiscard]] const std::string& asked_name() const { return asked_name_; }
    // Says that nothing more comes.
    void end_writing();

  private:
    ssl_st* ssl_ = nullptr;
    std::string asked_name_;
};

// Accepts connections, one after the other, each with the next step.
class TlsServer {
  public:
    using Step = std::function<void(TlsPeer&)>;
    TlsServer(TlsServerOptions options, std::vector<Step> steps);
    ~TlsServer();
    [[nodiscard]] const Address& address() const { return listener_.address(); }
    // Waits for all steps; throws what one of them threw.
    void join();

  private:
    Listener listener_;
    std::exception_ptr trouble_;
    std::thread thread_;
};

}  // namespace tapferry
