// One connection that was accepted, with TLS or without. Blocking. One thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace tapferry::bench {

// The certificate (PEM, with its key in the same file) of a server. Empty: no TLS.
class Certificate {
  public:
    // Throws std::runtime_error.
    explicit Certificate(const std::string& file);
    ~Certificate();

  private:
    friend class Channel;
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

class Channel {
  public:
    // Shakes hands when there is a certificate. Owns the descriptor.
    Channel(int descriptor, const Certificate& certificate);
    Channel(Channel&&) noexcept;
    Channel& operator=(Channel&&) noexcept;
    ~Channel();

    // How many bytes there were, at least one; 0: the end.
    std::size_t read_some(char* to, std::size_t room);
    // Whether there is more that poll() does not tell of.
    [[nodiscard]] bool holds_more() const;
    // False: the other side has gone.
    bool write(std::string_view bytes);

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace tapferry::bench
