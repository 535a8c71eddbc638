#include "transports/tls/certificate.h"

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <vector>

#include "transports/quoting.h"

namespace tapferry {
namespace {

constexpr std::size_t most_names_told = 5;

struct FreeNames {
    void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};
using Names = std::unique_ptr<GENERAL_NAMES, FreeNames>;

std::string_view text_of(const ASN1_STRING* string) {
    return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
            static_cast<std::size_t>(ASN1_STRING_length(string))};
}

std::chrono::sys_seconds time_of(const ASN1_TIME* time) {
    std::tm parts{};
    if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
    return std::chrono::sys_seconds(std::chrono::seconds(::timegm(&parts)));
}

std::string common_name(const X509_NAME* name) {
    const int index = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
    if (index < 0) return {};
    return printable_text(text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index))));
}

std::string name_text(const X509_NAME* name) {
    if (std::string text = common_name(name); !text.empty()) return text;
    std::array<char, 256> line{};
    X509_NAME_oneline(name, line.data(), line.size());
    return printable_text(line.data());
}

std::string address_text(std::string_view bytes) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (bytes.size() != 4 && bytes.size() != 16) return printable_text(bytes);
    const int family = bytes.size() == 4 ? AF_INET : AF_INET6;
    return ::inet_ntop(family, bytes.data(), text.data(), text.size());
}

// The names that count: DNS names and addresses.
std::vector<std::string> alternative_names(const X509* certificate) {
    std::vector<std::string> found;
    const Names names(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    const int count = names ? sk_GENERAL_NAME_num(names.get()) : 0;
    for (int i = 0; i < count; ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type == GEN_DNS) found.push_back(printable_text(text_of(name->d.dNSName)));
        if (name->type == GEN_IPADD) found.push_back(address_text(text_of(name->d.iPAddress)));
    }
    return found;
}

std::string words_of_wrong_name(const X509* certificate, const std::string& wanted) {
    const auto names = alternative_names(certificate);
    if (names.empty()) {
        return "its certificate holds no alternative names, so it is not for " + quoted(wanted) +
               " (the common name " + quoted(common_name(X509_get_subject_name(certificate))) +
               " does not count)";
    }
    std::string list;
    for (std::size_t i = 0; i < names.size() && i < most_names_told; ++i) {
        list += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + quoted(names[i]);
    }
    if (names.size() > most_names_told)
        list += " and " + std::to_string(names.size() - most_names_told) + " more";
    return "its certificate is for " + list + ", not for " + quoted(wanted);
}

std::string words_of_weak_key(const X509* certificate) {
    const EVP_PKEY* key = X509_get0_pubkey(certificate);
    if (key == nullptr) return "its key is too weak";
    const char* name = EVP_PKEY_get0_type_name(key);
    return std::string("its key is too weak (") + (name == nullptr ? "" : name) + ", " +
           std::to_string(EVP_PKEY_get_bits(key)) + " bits)";
}

}  // namespace

std::chrono::sys_seconds first_second(const X509* certificate) {
    return time_of(X509_get0_notBefore(certificate));
}
std::chrono::sys_seconds last_second(const X509* certificate) {
    return time_of(X509_get0_notAfter(certificate));
}

std::string day_of(std::chrono::sys_seconds time) {
    const std::time_t seconds = time.time_since_epoch().count();
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%d", &parts);
    return text.data();
}

std::string owner_of(const X509* certificate) {
    if (std::string name = common_name(X509_get_subject_name(certificate)); !name.empty()) return name;
    const auto names = alternative_names(certificate);
    return names.empty() ? name_text(X509_get_subject_name(certificate)) : names.front();
}
std::string issuer_of(const X509* certificate) {
    return name_text(X509_get_issuer_name(certificate));
}

std::optional<TlsPin> pin_of(const X509* certificate) {
    unsigned char* encoded = nullptr;
    const int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &encoded);
    if (length <= 0) return std::nullopt;
    TlsPin pin{};
    const bool made = EVP_Digest(encoded, static_cast<std::size_t>(length), pin.data(), nullptr, EVP_sha256(),
                                 nullptr) == 1;
    OPENSSL_free(encoded);
    if (!made) return std::nullopt;
    return pin;
}

std::string words_of_refusal(X509_STORE_CTX* verification, const std::string& wanted,
                             const std::string& trusted) {
    return words_of_refusal(
        {X509_STORE_CTX_get_current_cert(verification), X509_STORE_CTX_get_error(verification),
         X509_STORE_CTX_get_error_depth(verification)},
        wanted, trusted);
}

std::string words_of_refusal(const RefusedCertificate& refused, const std::string& wanted,
                             const std::string& trusted) {
    const X509* certificate = refused.certificate;
    const int error = refused.error;
    if (certificate == nullptr)
        return std::string("its certificate is refused: ") + X509_verify_cert_error_string(error);
    const bool own = refused.depth == 0;
    const std::string which =
        own ? "its certificate" : "the certificate of its authority " + quoted(owner_of(certificate));
    switch (error) {
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return which + " expired on " + day_of(last_second(certificate));
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return which + " is not valid before " + day_of(first_second(certificate)) +
                   " (is this host's clock right?)";
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH:
            return words_of_wrong_name(certificate, wanted);
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
            return "its certificate is self-signed, and is not in " + trusted;
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
            return "its certificate comes from the authority " + quoted(owner_of(certificate)) +
                   ", which is not in " + trusted;
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            return which + " is issued by " + quoted(issuer_of(certificate)) + ", which is not in " +
                   trusted +
                   "; if that is an intermediate authority, the server has to send its certificate too";
        case X509_V_ERR_EE_KEY_TOO_SMALL:
        case X509_V_ERR_CA_KEY_TOO_SMALL:
            return which + " is refused: " + words_of_weak_key(certificate);
        case X509_V_ERR_CA_MD_TOO_WEAK:
            return which + " is refused: it is signed with a hash that is too weak";
        case X509_V_ERR_INVALID_PURPOSE:
            return which + " is not made for servers (extended key usage)";
        default:
            return which + " is refused: " + X509_verify_cert_error_string(error);
    }
}

ReadCertificate read_certificate(std::string_view der) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
    return ReadCertificate(d2i_X509(nullptr, &bytes, static_cast<long>(der.size())));
}

void FreeCertificate::operator()(X509* certificate) const {
    X509_free(certificate);
}

}  // namespace tapferry
