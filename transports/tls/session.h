// TLS on one connection, without a socket: bytes of the peer go in, bytes for the peer come out. The client's
// side; never renegotiates, never resumes. Whatever the peer sends, it holds no more than a few records of
// it. Made by TlsClient, owned by Connection, one thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct ssl_ctx_st;

namespace tapferry {

struct TlsOptions;

// Why TLS does not come about.
struct TlsFailure {
    std::string words;
    bool needs_a_person = false;  // a certificate, a version, the wrong port: it will not pass by itself
};

// What was agreed, for people.
struct TlsDetails {
    std::string version;  // "TLSv1.3"
    std::string cipher;
    std::string owner;  // of the peer's certificate
    std::string issuer;
    // When the first of the certificates that were needed to verify it ends.
    std::chrono::sys_seconds ends{};
};

class TlsSession {
  public:
    enum class State : std::uint8_t {
        handshaking,
        confirming,  // finished, but the peer has asked for our certificate and may still refuse it
        open,
        ended,  // the peer sends nothing more, and has said so
        failed,
    };
    // What goes through encryption at a time, so that little of it waits for the socket.
    static constexpr std::size_t largest_write = 128 << 10;

    // Of a context, before the first of its sessions.
    static void prepare(ssl_ctx_st* context);

    // `context` is kept as long as needed. `host`: whose certificate it must be when the options name none.
    TlsSession(ssl_ctx_st* context, const TlsOptions& options, const std::string& host);
    ~TlsSession();
    TlsSession(const TlsSession&) = delete;
    TlsSession& operator=(const TlsSession&) = delete;

    // What the peer sent. Followed by read() until that gives nothing.
    void feed(std::string_view ciphertext);
    // Goes on with the handshake, or decrypts into `room`; gives how many bytes.
    std::size_t read(std::span<char> room);
    // The peer has closed or reset the connection without a word: why that was, as far as can be known.
    TlsFailure cut_off(const std::string& how) const;
    // The peer has had time enough to refuse our certificate.
    void confirm();

    // Only when open; at most largest_write.
    void write(std::string_view plaintext);
    // Says that nothing more follows.
    void end_writing();
    // What is to be sent to the peer, until sent() is told of it.
    [[nodiscard]] std::string_view outgoing() const;
    void sent(std::size_t count);
    // How many bytes of what was written the peer has for certain, when it has so many of all that was sent.
    std::uint64_t arrived(std::uint64_t ciphertext);

    [[nodiscard]] State state() const;
    [[nodiscard]] const TlsFailure& failure() const;
    // After the handshake.
    [[nodiscard]] TlsDetails details() const;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace tapferry
