#include "agent/stages/privacy_cipher.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>

#include <algorithm>
#include <stdexcept>

namespace tapferry {

namespace {

void require(bool succeeded) {
    if (!succeeded) throw std::runtime_error("privacy: the cryptographic library fails");
}

template <auto Free>
struct Freed {
    void operator()(auto* object) const { Free(object); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Freed<EVP_CIPHER_CTX_free>>;
using MacContext = std::unique_ptr<EVP_MAC_CTX, Freed<EVP_MAC_CTX_free>>;
using Mac = std::unique_ptr<EVP_MAC, Freed<EVP_MAC_free>>;

class Cryptopan : public PrivacyCipher {
  public:
    explicit Cryptopan(const PrivacyKey& key) : aes_(EVP_CIPHER_CTX_new()) {
        require(aes_ && EVP_EncryptInit_ex(aes_.get(), EVP_aes_128_ecb(), nullptr, key.data(), nullptr) == 1);
        EVP_CIPHER_CTX_set_padding(aes_.get(), 0);
        encrypt(key.data() + block, pad_.data(), block);
    }

    // Bit i of the result depends on the first i bits of the address: they stand at the head of the pad, and
    // the first bit of what that encrypts to says whether bit i is turned over. All at once.
    IpAddress hide(const IpAddress& address) override {
        const unsigned bits = address.size * 8u;
        std::array<std::uint8_t, block> input = pad_;
        for (unsigned i = 0; i < bits; ++i) {
            std::copy(input.begin(), input.end(), input_.begin() + i * block);
            const auto bit = static_cast<std::uint8_t>(0x80u >> i % 8);
            input[i / 8] = static_cast<std::uint8_t>((input[i / 8] & ~bit) | (address.bytes[i / 8] & bit));
        }
        encrypt(input_.data(), output_.data(), bits * block);
        IpAddress result = address;
        for (unsigned i = 0; i < bits; ++i)
            result.bytes[i / 8] =
                static_cast<std::uint8_t>(result.bytes[i / 8] ^ ((output_[i * block] & 0x80u) >> i % 8));
        return result;
    }

  private:
    static constexpr std::size_t block = 16;

    void encrypt(const std::uint8_t* from, std::uint8_t* to, std::size_t size) {
        int written = 0;
        require(EVP_EncryptUpdate(aes_.get(), to, &written, from, static_cast<int>(size)) == 1);
    }

    CipherContext aes_;
    std::array<std::uint8_t, block> pad_{};
    std::array<std::uint8_t, 128 * block> input_{};
    std::array<std::uint8_t, 128 * block> output_{};
};

class AddressHmac : public PrivacyCipher {
  public:
    explicit AddressHmac(const PrivacyKey& key)
        : mac_(EVP_MAC_fetch(nullptr, "HMAC", nullptr)), context_(EVP_MAC_CTX_new(mac_.get())) {
        char digest[] = "SHA256";
        const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                         OSSL_PARAM_construct_end()};
        require(context_ && EVP_MAC_init(context_.get(), key.data(), key.size(), parameters) == 1);
    }

    IpAddress hide(const IpAddress& address) override {
        std::array<std::uint8_t, 32> tag{};
        std::size_t size = 0;
        require(EVP_MAC_init(context_.get(), nullptr, 0, nullptr) == 1 &&  // again under the same key
                EVP_MAC_update(context_.get(), address.bytes.data(), address.size) == 1 &&
                EVP_MAC_final(context_.get(), tag.data(), &size, tag.size()) == 1);
        IpAddress result;
        result.size = 16;
        result.bytes[0] = 0xFD;
        std::copy_n(tag.begin(), 15, result.bytes.begin() + 1);
        return result;
    }

  private:
    Mac mac_;
    MacContext context_;
};

}  // namespace

std::unique_ptr<PrivacyCipher> make_cryptopan(const PrivacyKey& key) {
    return std::make_unique<Cryptopan>(key);
}

std::unique_ptr<PrivacyCipher> make_address_hmac(const PrivacyKey& key) {
    return std::make_unique<AddressHmac>(key);
}

}  // namespace tapferry
