#include "transports/kafka/certificates.h"

#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "tests/transports/tls/certificates.h"
#include "tests/transports/transport_fixture.h"
#include "transports/tls/certificate.h"

namespace tapferry {
namespace {

std::string der_of(const Certificate& certificate) {
    unsigned char* bytes = nullptr;
    const int size = i2d_X509(certificate.get(), &bytes);
    REQUIRE(size > 0);
    std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    OPENSSL_free(bytes);
    return der;
}

}  // namespace

TEST_CASE(
    "why a broker's certificate is refused is said with the broker's name and the certificate's own data") {
    const TemporaryFolder folder;
    const Certificate expired(folder, "expired", {.begins = -48h, .ends = -24h}, nullptr);
    KafkaCertificates certificates(nullptr);
    const std::string der = der_of(expired);
    CHECK(certificates.look_at("kafka1:9093", der, X509_V_ERR_CERT_HAS_EXPIRED, 0)
              .starts_with("kafka1:9093: its certificate expired on 20"));
    CHECK(certificates.look_at("kafka1:9093", der, X509_V_ERR_HOSTNAME_MISMATCH, 0).find("localhost") !=
          std::string::npos);
    CHECK(certificates.look_at("kafka1:9093", "no certificate", X509_V_ERR_CERT_REVOKED, 0)
              .starts_with("kafka1:9093: its certificate is refused: "));
    CHECK(certificates.look_at("kafka1:9093", der, 0, 0).empty());
}

TEST_CASE("a broker whose key is not pinned is refused though its certificate is good") {
    const TemporaryFolder folder;
    const Certificate good(folder, "good", {}, nullptr);
    TlsOptions options;
    options.pins = {TlsPin{}};
    KafkaCertificates certificates(&options);
    CHECK(certificates.look_at("kafka1:9093", der_of(good), 0, 0).find("pin") != std::string::npos);
    CHECK(certificates.look_at("kafka1:9093", der_of(good), 0, 1).empty());
    options.pins.push_back(*pin_of(good.get()));
    CHECK(certificates.look_at("kafka1:9093", der_of(good), 0, 0).empty());
}

TEST_CASE("without verification every certificate passes whose key is pinned, or any when none is") {
    const TemporaryFolder folder;
    const Certificate expired(folder, "expired", {.begins = -48h, .ends = -24h}, nullptr);
    const std::string der = der_of(expired);
    TlsOptions options;
    options.verify = false;
    KafkaCertificates certificates(&options);
    CHECK(certificates.look_at("kafka1:9093", der, X509_V_ERR_CERT_HAS_EXPIRED, 0).empty());
    options.pins = {TlsPin{}};
    CHECK(certificates.look_at("kafka1:9093", der, X509_V_ERR_CERT_HAS_EXPIRED, 0).find("pin") !=
          std::string::npos);
    CHECK(certificates.look_at("kafka1:9093", "no certificate", 0, 0).find("pin") != std::string::npos);
    options.pins.push_back(*pin_of(expired.get()));
    CHECK(certificates.look_at("kafka1:9093", der, X509_V_ERR_CERT_HAS_EXPIRED, 0).empty());
}

TEST_CASE("a certificate that ends soon is told, ours and a broker's") {
    const TemporaryFolder folder;
    const Certificate soon(folder, "soon", {.ends = 24h * 5}, nullptr);
    TlsOptions options;
    options.certificate_file = soon.file();
    options.key_file = soon.key_file();
    KafkaCertificates certificates(&options);
    CHECK(certificates.take_warning().empty());
    certificates.begin();
    CHECK(certificates.take_warning().find("our certificate in " + soon.file()) == 0);
    CHECK(certificates.look_at("kafka1:9093", der_of(soon), 0, 0).empty());
    CHECK(certificates.take_warning().find("the certificate of kafka1:9093") == 0);
    CHECK(certificates.take_warning().empty());
}

}  // namespace tapferry
