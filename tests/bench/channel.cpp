#include "tests/bench/channel.h"

#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <stdexcept>

namespace tapferry::bench {
namespace {

struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL* ssl) const { SSL_free(ssl); }
};

}  // namespace

struct Certificate::Parts {
    std::unique_ptr<SSL_CTX, Free> context;
};

Certificate::Certificate(const std::string& file) : parts_(std::make_unique<Parts>()) {
    if (file.empty()) return;
    parts_->context.reset(SSL_CTX_new(TLS_server_method()));
    SSL_CTX* context = parts_->context.get();
    if (context == nullptr || SSL_CTX_use_certificate_chain_file(context, file.c_str()) != 1 ||
        SSL_CTX_use_PrivateKey_file(context, file.c_str(), SSL_FILETYPE_PEM) != 1)
        throw std::runtime_error("cannot use " + file);
}

Certificate::~Certificate() = default;

struct Channel::Parts {
    int descriptor = -1;
    std::unique_ptr<SSL, Free> ssl;
};

Channel::Channel(int descriptor, const Certificate& certificate) : parts_(std::make_unique<Parts>()) {
    parts_->descriptor = descriptor;
    SSL_CTX* context = certificate.parts_->context.get();
    if (context == nullptr) return;
    parts_->ssl.reset(SSL_new(context));
    SSL_set_fd(parts_->ssl.get(), descriptor);
    // Who does not shake hands is seen by the first read.
    (void)SSL_accept(parts_->ssl.get());
}

Channel::Channel(Channel&&) noexcept = default;
Channel& Channel::operator=(Channel&&) noexcept = default;

Channel::~Channel() {
    if (!parts_) return;
    parts_->ssl.reset();
    ::close(parts_->descriptor);
}

std::size_t Channel::read_some(char* to, std::size_t room) {
    const std::size_t most = std::min<std::size_t>(room, INT_MAX);
    const ssize_t count = parts_->ssl ? SSL_read(parts_->ssl.get(), to, static_cast<int>(most))
                                      : ::read(parts_->descriptor, to, most);
    return static_cast<std::size_t>(std::max<ssize_t>(count, 0));
}

bool Channel::holds_more() const {
    return parts_->ssl && SSL_pending(parts_->ssl.get()) > 0;
}

bool Channel::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = parts_->ssl
                                  ? SSL_write(parts_->ssl.get(), bytes.data(),
                                              static_cast<int>(std::min<std::size_t>(bytes.size(), INT_MAX)))
                                  : ::send(parts_->descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

}  // namespace tapferry::bench
