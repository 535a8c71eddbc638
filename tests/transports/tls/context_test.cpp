#include "transports/tls/context.h"

#include <fstream>

#include "tests/transports/tls/tls_fixture.h"
#include "transports/tls/certificate.h"

namespace tapferry {
namespace {

struct Loading : TlsFixture {
    // "key: words" of each fault, the folder's path left out.
    [[nodiscard]] std::vector<std::string> faults(const TlsOptions& options) const {
        std::vector<std::string> all;
        for (const auto& fault : load_tls(options).faults) {
            std::string words = std::string(fault.key) + ": " + fault.words;
            const std::string path = folder.path().string() + "/";
            for (auto at = words.find(path); at != std::string::npos; at = words.find(path))
                words.erase(at, path.size());
            all.push_back(words);
        }
        return all;
    }
    [[nodiscard]] std::string write(const std::string& name, const std::string& content) const {
        std::ofstream(folder.path(name)) << content;
        return folder.path(name);
    }
};

using Faults = std::vector<std::string>;

}  // namespace

TEST_CASE_FIXTURE(Loading, "good files have no faults, and tell when our certificate ends") {
    const auto loaded = load_tls(showing(client));
    CHECK(loaded.faults.empty());
    CHECK(loaded.own_certificate_ends.has_value());
    CHECK(faults(TlsOptions{}).empty());
}

TEST_CASE_FIXTURE(Loading, "every file that is not there is named with its key") {
    TlsOptions options;
    options.ca_file = folder.path("no-ca");
    options.certificate_file = folder.path("no-certificate");
    CHECK(faults(options) == Faults{"ca: no-ca cannot be read: No such file or directory",
                                    "certificate: no-certificate cannot be read: No such file or directory"});
    options = showing(client);
    options.key_file = folder.path().string();
    CHECK(faults(options).front().ends_with(" is not a regular file"));
}

TEST_CASE_FIXTURE(Loading, "what is no certificate or key is called that") {
    TlsOptions options;
    options.ca_file = write("ca.txt", "hello");
    options.certificate_file = write("certificate.txt", "");
    CHECK(faults(options) == Faults{"ca: ca.txt holds no certificate in PEM form",
                                    "certificate: certificate.txt holds no certificate in PEM form"});
    options = showing(client);
    options.key_file = client.file();
    CHECK(faults(options) == Faults{"key: client.crt holds no private key in PEM form"});
    options.key_file.clear();
    CHECK(faults(options) == Faults{"certificate: client.crt holds no private key in PEM form"});
}

TEST_CASE_FIXTURE(Loading, "a key that belongs to another certificate does not fit, of either sort") {
    auto options = showing(client);
    options.key_file = server.key_file();
    CHECK(faults(options) ==
          Faults{"key: server.key holds a key that does not fit the certificate in client.crt"});
    const Certificate rsa(folder, "rsa", {.rsa_bits = 2048}, &authority);
    options.key_file = rsa.key_file();
    CHECK(faults(options) ==
          Faults{"key: rsa.key holds a key that does not fit the certificate in client.crt"});
}

TEST_CASE_FIXTURE(Loading, "a key behind a password is called that, and nobody is asked for it") {
    auto options = showing(client);
    options.key_file = write("locked.key", client.locked_key_pem("secret"));
    CHECK(faults(options) == Faults{"key: locked.key is protected by a password; store the key without one, "
                                    "readable by its user alone"});
}

TEST_CASE_FIXTURE(Loading, "a certificate of ours whose key is weak is called that") {
    const Certificate weak(folder, "weak", {.rsa_bits = 1024}, &authority);
    CHECK(faults(showing(weak)) ==
          Faults{"certificate: weak.crt holds a certificate whose key is too weak (RSA needs 2048 bits)"});
}

TEST_CASE_FIXTURE(Loading, "a pin is that of the certificate's key") {
    CHECK(pin_of(server.get()) == server.key_digest());
    CHECK(pin_of(client.get()) == client.key_digest());
}

TEST_CASE("pins are read as curl and HPKP write them, and nothing else is") {
    const auto pin = parse_tls_pin("sha256//AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
    REQUIRE(pin.has_value());
    for (std::size_t i = 0; i < pin->size(); ++i) CHECK((*pin)[i] == i);
    for (const auto* text : {"", "sha256//", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
                             "sha256//AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh==",
                             "sha256//AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
                             "sha256//!AECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
                             "sha1//AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}) {
        CAPTURE(text);
        CHECK(!parse_tls_pin(text));
    }
}

}  // namespace tapferry
