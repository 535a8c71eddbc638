#include "tests/transports/tls/certificates.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace tapferry {
namespace {

void check(bool good, const char* what) {
    if (!good) throw std::runtime_error(what);
}

void extend(X509* certificate, X509* issuer, int kind, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const std::unique_ptr<X509_EXTENSION, void (*)(X509_EXTENSION*)> extension(
        X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()), X509_EXTENSION_free);
    check(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1, "extension");
}

std::string text_of(BIO* memory) {
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(memory, &bytes);
    std::string text(bytes, static_cast<std::size_t>(size));
    BIO_free(memory);
    return text;
}

void save(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
    std::filesystem::permissions(path,
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

}  // namespace

Certificate::Certificate(const TemporaryFolder& folder, const std::string& name, const CertificateWish& wish,
                         const Certificate* issuer)
    : key_(wish.rsa_bits != 0 ? EVP_RSA_gen(wish.rsa_bits) : EVP_EC_gen("P-256"), EVP_PKEY_free),
      certificate_(X509_new(), X509_free),
      file_(folder.path(name + ".crt")),
      key_file_(folder.path(name + ".key")) {
    static std::atomic<long> serial{1};
    X509* made = certificate_.get();
    check(key_ != nullptr && made != nullptr, "no key");
    X509_set_version(made, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made), serial++);
    X509_time_adj_ex(X509_getm_notBefore(made), 0, std::chrono::seconds(wish.begins).count(), nullptr);
    X509_time_adj_ex(X509_getm_notAfter(made), 0, std::chrono::seconds(wish.ends).count(), nullptr);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(wish.owner.c_str()), -1, -1, 0);
    X509* signer = issuer == nullptr ? made : issuer->get();
    X509_set_issuer_name(made, X509_get_subject_name(signer));
    X509_set_pubkey(made, key_.get());
    extend(made, signer, NID_basic_constraints, wish.is_authority ? "critical,CA:TRUE" : "CA:FALSE");
    std::string names;
    for (const auto& one : wish.names) names += (names.empty() ? "" : ",") + one;
    if (!names.empty() && !wish.is_authority) extend(made, signer, NID_subject_alt_name, names);
    check(X509_sign(made, issuer == nullptr ? key_.get() : issuer->key(), EVP_sha256()) > 0, "sign");
    save(file_, pem());
    save(key_file_, key_pem());
}

TlsPin Certificate::key_digest() const {
    unsigned char* bytes = nullptr;
    const int size = i2d_PUBKEY(key_.get(), &bytes);
    check(size > 0, "encode a key");
    TlsPin digest{};
    const int good =
        EVP_Digest(bytes, static_cast<std::size_t>(size), digest.data(), nullptr, EVP_sha256(), nullptr);
    OPENSSL_free(bytes);
    check(good == 1, "digest");
    return digest;
}

std::string Certificate::pem() const {
    BIO* memory = BIO_new(BIO_s_mem());
    check(PEM_write_bio_X509(memory, certificate_.get()) == 1, "write a certificate");
    return text_of(memory);
}

std::string Certificate::key_pem() const {
    BIO* memory = BIO_new(BIO_s_mem());
    check(PEM_write_bio_PKCS8PrivateKey(memory, key_.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1,
          "write a key");
    return text_of(memory);
}

std::string Certificate::locked_key_pem(const std::string& password) const {
    BIO* memory = BIO_new(BIO_s_mem());
    check(PEM_write_bio_PKCS8PrivateKey(memory, key_.get(), EVP_aes_256_cbc(), password.c_str(),
                                        static_cast<int>(password.size()), nullptr, nullptr) == 1,
          "write a key");
    return text_of(memory);
}

}  // namespace tapferry
