#include "tests/transports/tls/tls_peer.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <stdexcept>

namespace tapferry {
namespace {

void check(bool good, const char* what) {
    if (!good) throw std::runtime_error(what);
}

SSL_CTX* make_context(const TlsServerOptions& options) {
    SSL_CTX* context = SSL_CTX_new(TLS_server_method());
    check(context != nullptr, "no context");
    // Weak certificates are to be refused by the other side.
    SSL_CTX_set_security_level(context, 0);
    if (options.version == 12) SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
    if (options.version == 13) SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    if (!options.tickets) SSL_CTX_set_num_tickets(context, 0);
    check(SSL_CTX_use_certificate_chain_file(context, options.certificate_file.c_str()) == 1, "certificate");
    check(SSL_CTX_use_PrivateKey_file(context, options.key_file.c_str(), SSL_FILETYPE_PEM) == 1, "key");
    if (!options.client_authority_file.empty()) {
        check(SSL_CTX_load_verify_file(context, options.client_authority_file.c_str()) == 1, "authority");
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
        SSL_CTX_set_session_id_context(context, reinterpret_cast<const unsigned char*>("test"), 4);
    }
    return context;
}

}  // namespace

TlsPeer::TlsPeer(int descriptor, const TlsServerOptions& options) {
    const timeval limit{30, 0};
    check(::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0, "SO_RCVTIMEO");
    SSL_CTX* context = make_context(options);
    ssl_ = SSL_new(context);
    SSL_CTX_free(context);
    check(ssl_ != nullptr && SSL_set_fd(ssl_, descriptor) == 1, "no session");
}

TlsPeer::~TlsPeer() {
    SSL_free(ssl_);
}

bool TlsPeer::shake_hands() {
    const bool good = SSL_accept(ssl_) == 1;
    const char* name = SSL_get_servername(ssl_, TLSEXT_NAMETYPE_host_name);
    asked_name_ = name == nullptr ? "" : name;
    ERR_clear_error();
    return good;
}

std::string TlsPeer::read(std::size_t count) {
    std::string got;
    std::array<char, 65536> room{};
    while (got.size() < count) {
        const int n =
            SSL_read(ssl_, room.data(), static_cast<int>(std::min(room.size(), count - got.size())));
        if (n <= 0) break;
        got.append(room.data(), static_cast<std::size_t>(n));
    }
    return got;
}

std::string TlsPeer::read_to_end() {
    return read(std::string().max_size());
}

void TlsPeer::write(std::string_view bytes) {
    check(SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())) == static_cast<int>(bytes.size()),
          "write");
}

void TlsPeer::end_writing() {
    (void)SSL_shutdown(ssl_);
}

TlsServer::TlsServer(TlsServerOptions options, std::vector<Step> steps)
    : listener_(Listener::on_loopback()), thread_([this, given = std::move(options), all = std::move(steps)] {
          sigset_t broken_pipe;
          sigemptyset(&broken_pipe);
          sigaddset(&broken_pipe, SIGPIPE);
          pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
          try {
              for (const Step& step : all) {
                  const Peer accepted = listener_.accept();
                  TlsPeer peer(accepted.descriptor(), given);
                  step(peer);
              }
          } catch (...) {
              trouble_ = std::current_exception();
          }
      }) {}

TlsServer::~TlsServer() {
    if (thread_.joinable()) thread_.join();
}

void TlsServer::join() {
    thread_.join();
    if (trouble_) std::rethrow_exception(trouble_);
}

}  // namespace tapferry
