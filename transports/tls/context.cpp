#include "transports/tls/context.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "transports/tls/certificate.h"

namespace tapferry {
namespace {

// 112 bits: RSA from 2048 bits on, no SHA-1 in signatures.
constexpr int security_level = 2;
constexpr std::uintmax_t largest_file = 16 << 20;

// Why a file cannot be read; empty: it can.
std::string fault_of_file(const std::string& path, std::string* content = nullptr) {
    std::error_code error;
    const bool is_file = std::filesystem::is_regular_file(path, error);
    if (error) return path + " cannot be read: " + error.message();
    if (!is_file) return path + " is not a regular file";
    if (std::filesystem::file_size(path, error) > largest_file) return path + " is too large";
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    if (!file) return path + " cannot be read: " + std::generic_category().message(errno == 0 ? EIO : errno);
    if (content != nullptr) content->assign(std::istreambuf_iterator<char>(file), {});
    return {};
}

std::string words_of_certificate_error(const std::string& path) {
    switch (ERR_GET_REASON(ERR_peek_last_error())) {
        case SSL_R_EE_KEY_TOO_SMALL:
        case SSL_R_CA_KEY_TOO_SMALL:
            return path + " holds a certificate whose key is too weak (RSA needs 2048 bits)";
        case SSL_R_CA_MD_TOO_WEAK:
            return path + " holds a certificate that is signed with a hash that is too weak";
        default:
            return path + " holds no certificate in PEM form";
    }
}

std::string words_of_wrong_key(const std::string& path, const std::string& certificate) {
    return path + " holds a key that does not fit the certificate in " + certificate;
}

std::string words_of_key_error(const std::string& path, const std::string& content,
                               const std::string& certificate) {
    const auto reason = ERR_GET_REASON(ERR_peek_last_error());
    if (reason == X509_R_KEY_VALUES_MISMATCH || reason == X509_R_KEY_TYPE_MISMATCH)
        return words_of_wrong_key(path, certificate);
    if (content.find("ENCRYPTED") != std::string::npos)
        return path + " is protected by a password; store the key without one, readable by its user alone";
    return path + " holds no private key in PEM form";
}

// Nobody is there to be asked.
int no_password(char*, int, int, void*) {
    return -1;
}

struct Loader {
    const TlsOptions& options;
    LoadedTls& loaded;
    SSL_CTX* context;

    void fault(std::string_view key, std::string words) { loaded.faults.push_back({key, std::move(words)}); }

    void authorities() {
        ERR_clear_error();
        if (options.ca_file.empty()) {
            SSL_CTX_set_default_verify_paths(context);
            return;
        }
        if (std::string words = fault_of_file(options.ca_file); !words.empty()) return fault("ca", words);
        if (SSL_CTX_load_verify_file(context, options.ca_file.c_str()) != 1)
            fault("ca", options.ca_file + " holds no certificate in PEM form");
    }

    bool certificate() {
        ERR_clear_error();
        const std::string& path = options.certificate_file;
        if (std::string words = fault_of_file(path); !words.empty()) {
            fault("certificate", words);
            return false;
        }
        if (SSL_CTX_use_certificate_chain_file(context, path.c_str()) != 1) {
            fault("certificate", words_of_certificate_error(path));
            return false;
        }
        loaded.own_certificate_ends = last_second(SSL_CTX_get0_certificate(context));
        return true;
    }

    void key() {
        ERR_clear_error();
        const bool apart = !options.key_file.empty();
        const std::string& path = apart ? options.key_file : options.certificate_file;
        const std::string_view about = apart ? "key" : "certificate";
        std::string content;
        if (std::string words = fault_of_file(path, &content); !words.empty()) return fault(about, words);
        if (SSL_CTX_use_PrivateKey_file(context, path.c_str(), SSL_FILETYPE_PEM) != 1)
            fault(about, words_of_key_error(path, content, options.certificate_file));
        else if (SSL_CTX_check_private_key(context) != 1)
            fault(about, words_of_wrong_key(path, options.certificate_file));
        std::fill(content.begin(), content.end(), '\0');
    }
};

void prepare(SSL_CTX* context, const TlsOptions& options) {
    SSL_CTX_set_security_level(context, security_level);
    SSL_CTX_set_min_proto_version(
        context, options.min_version == TlsOptions::MinVersion::tls13 ? TLS1_3_VERSION : TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(context, SSL_MODE_AUTO_RETRY | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_default_passwd_cb(context, no_password);
    // Whoever stands in the file of authorities is trusted, whether it is a root or not.
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
}

}  // namespace

void FreeTlsContext::operator()(SSL_CTX* context) const {
    SSL_CTX_free(context);
}

LoadedTls load_tls(const TlsOptions& options) {
    LoadedTls loaded;
    loaded.context.reset(SSL_CTX_new(TLS_client_method()));
    if (!loaded.context) {
        loaded.faults.push_back({"ca", "OpenSSL cannot be used"});
        return loaded;
    }
    prepare(loaded.context.get(), options);
    Loader loader{options, loaded, loaded.context.get()};
    loader.authorities();
    if (!options.certificate_file.empty() && loader.certificate()) loader.key();
    ERR_clear_error();
    return loaded;
}

std::optional<TlsPin> parse_tls_pin(std::string_view text) {
    constexpr std::string_view prefix = "sha256//";
    constexpr std::size_t encoded_length = 44;  // of 32 bytes, with one "=" at the end
    if (!text.starts_with(prefix)) return std::nullopt;
    text.remove_prefix(prefix.size());
    if (text.size() != encoded_length || text.back() != '=' || text[encoded_length - 2] == '=')
        return std::nullopt;
    std::array<unsigned char, 36> bytes{};
    const int length = EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()),
                                       static_cast<int>(text.size()));
    if (length != 33) return std::nullopt;
    TlsPin pin{};
    std::copy_n(bytes.begin(), pin.size(), pin.begin());
    return pin;
}

}  // namespace tapferry
