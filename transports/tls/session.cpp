#include "transports/tls/session.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <deque>
#include <new>
#include <utility>

#include "transports/tls/certificate.h"
#include "transports/tls/failure.h"
#include "transports/tls/options.h"

namespace tapferry {
namespace {

// A record's worth: so exactly is known what of it has arrived.
constexpr std::size_t largest_record = 16384;
// Of what the peer sent first: enough to recognise another protocol.
constexpr std::size_t first_bytes_kept = 40;

struct FreeSsl {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
};

// What is to be sent. OpenSSL's own memory is wiped each time that it has been sent, which costs as much as a
// tenth of the encryption.
struct Outgoing {
    std::string bytes;
    std::size_t taken = 0;

    static int append(BIO* bio, const char* bytes, std::size_t count, std::size_t* written) {
        try {
            static_cast<Outgoing*>(BIO_get_data(bio))->bytes.append(bytes, count);
            *written = count;
            return 1;
        } catch (const std::bad_alloc&) {
            return 0;
        }
    }
    static long control(BIO*, int what, long, void*) { return what == BIO_CTRL_FLUSH ? 1 : 0; }
    // Never freed: the sessions use it until the program ends.
    static const BIO_METHOD* method() {
        static BIO_METHOD* const made = [] {
            BIO_METHOD* const method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "what is to be sent");
            if (method == nullptr || BIO_meth_set_write_ex(method, &append) != 1 ||
                BIO_meth_set_ctrl(method, &control) != 1)
                throw std::bad_alloc();
            return method;
        }();
        return made;
    }
};

bool is_address(const std::string& name) {
    std::array<unsigned char, 16> bytes{};
    return ::inet_pton(AF_INET, name.c_str(), bytes.data()) == 1 ||
           ::inet_pton(AF_INET6, name.c_str(), bytes.data()) == 1;
}

}  // namespace

struct TlsSession::Parts {
    Parts(SSL_CTX* context, const TlsOptions& given, const std::string& host)
        : name(given.server_name.empty() ? host : given.server_name),
          trusted(given.ca_file.empty() ? "the system's list of authorities" : given.ca_file),
          pins(given.pins),
          ssl(SSL_new(context)) {
        circumstances.min_version =
            given.min_version == TlsOptions::MinVersion::tls13 ? "TLS 1.3" : "TLS 1.2";
        circumstances.has_certificate = SSL_CTX_get0_certificate(context) != nullptr;
        incoming = BIO_new(BIO_s_mem());
        outgoing = BIO_new(Outgoing::method());
        if (!ssl || incoming == nullptr || outgoing == nullptr) throw std::bad_alloc();
        BIO_set_data(outgoing, &to_send);
        BIO_set_init(outgoing, 1);
        BIO_set_mem_eof_return(incoming, -1);
        SSL_set_bio(ssl.get(), incoming, outgoing);
        SSL_set_app_data(ssl.get(), this);
        SSL_set_cert_cb(ssl.get(), &Parts::note_asked, this);
        set_verification(given.verify);
        SSL_set_connect_state(ssl.get());
    }

    const std::string name;
    const std::string trusted;
    const std::vector<TlsPin> pins;
    Outgoing to_send;
    std::unique_ptr<SSL, FreeSsl> ssl;
    BIO* incoming = nullptr;  // both belong to ssl
    BIO* outgoing = nullptr;
    State state = State::handshaking;
    TlsFailure failure;
    std::string refusal;  // of the peer's certificate, in words
    TlsCircumstances circumstances;
    std::string first_bytes;

    struct Mark {
        std::uint64_t ciphertext;  // when the peer has so many bytes of what was sent,
        std::uint64_t plaintext;   // it has so many of what was written
    };
    std::deque<Mark> marks;
    std::uint64_t written = 0;
    std::uint64_t arrived = 0;

    static int note_asked(SSL*, void* self) {
        static_cast<Parts*>(self)->circumstances.certificate_asked = true;
        return 1;
    }
    // Servers give tickets to whom they have accepted.
    static int note_ticket(SSL* ssl, SSL_SESSION*) {
        static_cast<Parts*>(SSL_get_app_data(ssl))->accept_confirmed();
        return 0;
    }
    static int verify(int good, X509_STORE_CTX* verification) {
        auto* ssl =
            static_cast<SSL*>(X509_STORE_CTX_get_ex_data(verification, SSL_get_ex_data_X509_STORE_CTX_idx()));
        auto* self = static_cast<Parts*>(SSL_get_app_data(ssl));
        if (good == 0) self->refusal = words_of_refusal(verification, self->name, self->trusted);
        return good;
    }

    void set_verification(bool wanted) {
        const bool literal = is_address(name);
        if (!literal) SSL_set_tlsext_host_name(ssl.get(), name.c_str());
        if (!wanted) return SSL_set_verify(ssl.get(), SSL_VERIFY_NONE, nullptr);
        SSL_set_verify(ssl.get(), SSL_VERIFY_PEER, &Parts::verify);
        X509_VERIFY_PARAM* param = SSL_get0_param(ssl.get());
        X509_VERIFY_PARAM_set_hostflags(
            param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
        const int set = literal ? X509_VERIFY_PARAM_set1_ip_asc(param, name.c_str())
                                : X509_VERIFY_PARAM_set1_host(param, name.c_str(), name.size());
        if (set != 1 || name.empty()) fail({"no certificate can be for the name \"" + name + "\"", true});
    }

    void fail(TlsFailure why) {
        state = State::failed;
        failure = std::move(why);
    }

    // `result`: what an operation of OpenSSL gave when it did not do what it was asked for.
    void take_error(int result) {
        switch (SSL_get_error(ssl.get(), result)) {
            case SSL_ERROR_WANT_READ:
            case SSL_ERROR_WANT_WRITE:
                return;
            case SSL_ERROR_ZERO_RETURN:
                if (state != State::open) return fail(cut_off("it closed the connection"));
                state = State::ended;
                return;
            default:
                break;
        }
        if (state == State::handshaking) circumstances.first_bytes = first_bytes;
        if (!refusal.empty()) return fail({refusal, true});
        fail(failure_of(ERR_peek_error(), circumstances));
        ERR_clear_error();
    }

    [[nodiscard]] TlsFailure cut_off(const std::string& how) const {
        if (state == State::confirming && circumstances.has_certificate)
            return {"it does not accept our client certificate (" + how + " when it had seen it)", true};
        if (state == State::confirming)
            return {"it asks for a client certificate, and none is configured (" + how + ")", true};
        if (first_bytes.empty()) return {how + " during the handshake (is it a port for TLS?)", false};
        return {how + " during the handshake", false};
    }

    void shake_hands() {
        ERR_clear_error();
        const int result = SSL_do_handshake(ssl.get());
        if (result != 1) return take_error(result);
        if (!pin_fits()) return;
        const bool may_be_refused =
            circumstances.certificate_asked && SSL_version(ssl.get()) >= TLS1_3_VERSION;
        state = may_be_refused ? State::confirming : State::open;
    }

    bool pin_fits() {
        if (pins.empty()) return true;
        const X509* certificate = SSL_get0_peer_certificate(ssl.get());
        const auto pin = certificate == nullptr ? std::nullopt : pin_of(certificate);
        if (pin && std::find(pins.begin(), pins.end(), *pin) != pins.end()) return true;
        fail({"the key of its certificate is not the one that \"pin\" names", true});
        return false;
    }

    void accept_confirmed() {
        if (state == State::confirming) state = State::open;
    }

    std::size_t read(std::span<char> room) {
        if (state == State::handshaking) shake_hands();
        if (state != State::confirming && state != State::open) return 0;
        ERR_clear_error();
        std::size_t count = 0;
        const int result = SSL_read_ex(ssl.get(), room.data(), room.size(), &count);
        if (result == 1) {
            accept_confirmed();
            return count;
        }
        take_error(result);
        return 0;
    }

    void write(std::string_view plaintext) {
        while (!plaintext.empty() && state == State::open) {
            const std::string_view part = plaintext.substr(0, largest_record);
            ERR_clear_error();
            std::size_t count = 0;
            const int result = SSL_write_ex(ssl.get(), part.data(), part.size(), &count);
            if (result != 1) {
                take_error(result);
                // There is always room for what is to be sent.
                if (state == State::open) fail({"it broke the protocol", false});
                return;
            }
            written += count;
            marks.push_back({BIO_number_written(outgoing), written});
            plaintext.remove_prefix(count);
        }
    }
};

void TlsSession::prepare(SSL_CTX* context) {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
    SSL_CTX_sess_set_new_cb(context, &Parts::note_ticket);
}

TlsSession::TlsSession(SSL_CTX* context, const TlsOptions& options, const std::string& host)
    : parts_(std::make_unique<Parts>(context, options, host)) {}
TlsSession::~TlsSession() = default;

void TlsSession::feed(std::string_view ciphertext) {
    Parts& parts = *parts_;
    if (parts.first_bytes.size() < first_bytes_kept)
        parts.first_bytes += ciphertext.substr(0, first_bytes_kept - parts.first_bytes.size());
    (void)BIO_write(parts.incoming, ciphertext.data(), static_cast<int>(ciphertext.size()));
}

std::size_t TlsSession::read(std::span<char> room) {
    return parts_->read(room);
}

TlsFailure TlsSession::cut_off(const std::string& how) const {
    return parts_->cut_off(how);
}

void TlsSession::confirm() {
    parts_->accept_confirmed();
}

void TlsSession::write(std::string_view plaintext) {
    assert(plaintext.size() <= largest_write);
    parts_->write(plaintext);
}

void TlsSession::end_writing() {
    ERR_clear_error();
    (void)SSL_shutdown(parts_->ssl.get());
    ERR_clear_error();
}

std::string_view TlsSession::outgoing() const {
    const Outgoing& all = parts_->to_send;
    return std::string_view(all.bytes).substr(all.taken);
}

void TlsSession::sent(std::size_t count) {
    Outgoing& all = parts_->to_send;
    all.taken += count;
    if (all.taken < all.bytes.size()) return;
    all.bytes.clear();
    all.taken = 0;
}

std::uint64_t TlsSession::arrived(std::uint64_t ciphertext) {
    Parts& parts = *parts_;
    for (; !parts.marks.empty() && parts.marks.front().ciphertext <= ciphertext; parts.marks.pop_front())
        parts.arrived = parts.marks.front().plaintext;
    return parts.arrived;
}

TlsSession::State TlsSession::state() const {
    return parts_->state;
}
const TlsFailure& TlsSession::failure() const {
    return parts_->failure;
}

TlsDetails TlsSession::details() const {
    const SSL* ssl = parts_->ssl.get();
    TlsDetails details;
    details.version = SSL_get_version(ssl);
    details.cipher = SSL_get_cipher_name(ssl);
    const X509* certificate = SSL_get0_peer_certificate(ssl);
    if (certificate == nullptr) return details;
    details.owner = owner_of(certificate);
    details.issuer = issuer_of(certificate);
    details.ends = last_second(certificate);
    const STACK_OF(X509)* chain = SSL_get0_verified_chain(ssl);
    for (int i = 0; chain != nullptr && i < sk_X509_num(chain); ++i)
        details.ends = std::min(details.ends, last_second(sk_X509_value(chain, i)));
    return details;
}

}  // namespace tapferry
