// What the peer's kernel has of the encrypted bytes, counted in bytes before encryption.
#include <openssl/ssl.h>

#include <array>
#include <memory>

#include "tests/transports/tls/tls_fixture.h"
#include "transports/network/connection_bytes.h"
#include "transports/tls/client.h"

namespace tapferry {
namespace {

// A server without a socket.
struct Memory : TlsFixture {
    Memory() {
        const std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context(SSL_CTX_new(TLS_server_method()),
                                                                   SSL_CTX_free);
        REQUIRE(SSL_CTX_use_certificate_file(context.get(), server.file().c_str(), SSL_FILETYPE_PEM) == 1);
        REQUIRE(SSL_CTX_use_PrivateKey_file(context.get(), server.key_file().c_str(), SSL_FILETYPE_PEM) == 1);
        SSL_CTX_set_num_tickets(context.get(), 0);
        peer.reset(SSL_new(context.get()));
        SSL_set_bio(peer.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
        SSL_set_accept_state(peer.get());
        bytes.begin(client_side.begin("127.0.0.1"));
        while (bytes.session()->state() == TlsSession::State::handshaking) {
            carry();
            (void)SSL_do_handshake(peer.get());
            carry_back();
        }
        REQUIRE(bytes.session()->state() == TlsSession::State::open);
        carry();
        REQUIRE(SSL_do_handshake(peer.get()) == 1);
    }

    // Everything to the server; gives how much it was.
    std::size_t carry() {
        std::size_t count = 0;
        for (auto out = bytes.outgoing(); !out.empty(); out = bytes.outgoing()) {
            REQUIRE(BIO_write(SSL_get_rbio(peer.get()), out.data(), static_cast<int>(out.size())) ==
                    static_cast<int>(out.size()));
            count += out.size();
            bytes.sent(out.size());
        }
        return count;
    }
    void carry_back() {
        for (;;) {
            const auto room = bytes.room();
            const int count = BIO_read(SSL_get_wbio(peer.get()), room.data(), static_cast<int>(room.size()));
            if (count <= 0) return;
            bytes.came(static_cast<std::size_t>(count));
        }
    }

    TlsClient client_side{trusting()};
    ConnectionBytes bytes{0};
    std::unique_ptr<SSL, void (*)(SSL*)> peer{nullptr, SSL_free};
};

}  // namespace

TEST_CASE_FIXTURE(Memory, "what is acknowledged counts only in whole records of TLS") {
    const std::string text(40000, 'x');
    CHECK(bytes.arrived(0) == 0);
    bytes.write(text);
    const std::size_t sent = carry();
    CHECK(sent > text.size());
    CHECK(bytes.arrived(sent) == 0);
    CHECK(bytes.arrived(sent - 16384) == 0);  // of the first record its head and tail are still under way
    CHECK(bytes.arrived(sent - 17000) == 16384);
    CHECK(bytes.arrived(1) == 32768);
    CHECK(bytes.arrived(0) == 40000);
}

TEST_CASE_FIXTURE(Memory, "bytes count as written when all of their encrypted form was taken") {
    const std::string text(100, 'x');
    bytes.write(text);
    const auto out = bytes.outgoing();
    const std::size_t size = out.size();
    bytes.sent(size - 1);
    CHECK(bytes.writing());
    CHECK(bytes.written() == 0);
    bytes.sent(1);
    CHECK(!bytes.writing());
    CHECK(bytes.written() == 100);
}

TEST_CASE_FIXTURE(Memory, "what the server says of itself between records moves no count") {
    const std::string text(100, 'x');
    bytes.write(text);
    const std::size_t first = carry();
    REQUIRE(SSL_key_update(peer.get(), SSL_KEY_UPDATE_REQUESTED) == 1);
    REQUIRE(SSL_do_handshake(peer.get()) == 1);
    carry_back();
    bytes.write(text);
    const std::size_t with_the_answer = carry();
    CHECK(with_the_answer > first);
    CHECK(bytes.arrived(with_the_answer) == 100);
    CHECK(bytes.arrived(1) == 100);
    CHECK(bytes.arrived(0) == 200);
    CHECK(bytes.arrived(1) == 200);  // never back
}

}  // namespace tapferry
