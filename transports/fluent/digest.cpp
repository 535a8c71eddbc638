#include "transports/fluent/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <cassert>
#include <memory>
#include <span>

namespace tapferry {
namespace {

struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

std::string hex(std::span<const unsigned char> bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const unsigned char byte : bytes) {
        text += digits[byte >> 4];
        text += digits[byte & 0x0F];
    }
    return text;
}

}  // namespace

std::string fluent_digest(std::initializer_list<std::string_view> pieces) {
    const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    bool good = context && EVP_DigestInit_ex(context.get(), EVP_sha512(), nullptr) == 1;
    for (const std::string_view piece : pieces)
        good = good && EVP_DigestUpdate(context.get(), piece.data(), piece.size()) == 1;
    good = good && EVP_DigestFinal_ex(context.get(), digest.data(), &size) == 1;
    assert(good);
    return hex({digest.data(), size});
}

std::string fluent_salt() {
    std::array<unsigned char, 16> salt{};
    [[maybe_unused]] const int good = RAND_bytes(salt.data(), static_cast<int>(salt.size()));
    assert(good == 1);
    return hex(salt);
}

bool same_digest(std::string_view one, std::string_view other) {
    return one.size() == other.size() && CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

}  // namespace tapferry
