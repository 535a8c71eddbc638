#include <filesystem>
#include <fstream>

#include "tests/agent/config/config_folder.h"
#include "tests/transports/tls/certificates.h"

namespace tapferry {
namespace {

using namespace test;

const std::string head = "type = \"tcp\"\naddress = \"siem:6514\"\n";

TlsOptions tls_of(const std::string& lines) {
    const auto one = destination(lines);
    const auto& tls = std::get<StreamOptions>(one.transport).tls;
    REQUIRE(tls.has_value());
    return *tls;
}

// The one fault of [destinations.out.tls] with these lines, without its place.
std::string fault_of(const std::string& lines) {
    const auto all = faults(head + "[destinations.out.tls]\n" + lines);
    REQUIRE(all.size() == 1);
    return all.front().substr(all.front().find(" ") + 1);
}

struct Files {
    TemporaryFolder folder;
    Certificate authority{folder, "ca", {.owner = "Test CA", .is_authority = true}, nullptr};
    Certificate client{folder, "client", {}, &authority};
    Certificate other{folder, "other", {}, &authority};
};

}  // namespace

TEST_CASE("TLS is on when its table is there, when tls = true says so, or when it is the transport") {
    CHECK(!std::get<StreamOptions>(destination(head).transport).tls);
    CHECK(!std::get<StreamOptions>(destination(head + "tls = false").transport).tls);
    CHECK(tls_of(head + "tls = true").verify);
    CHECK(tls_of(head + "tls = {}").verify);
    const std::string syslog = "type = \"syslog\"\naddress = \"siem:6514\"\n";
    CHECK(tls_of(syslog + "transport = \"tls\"").verify);
    CHECK(tls_of(syslog + "tls = true").verify);
    CHECK(destination(head + "tls = true").where == "siem:6514 over TLS");
}

TEST_CASE("TLS cannot be switched off where it is the transport, nor on where there are no connections") {
    const std::string syslog = "type = \"syslog\"\naddress = \"siem:6514\"\n";
    CHECK(faults(syslog + "transport = \"tls\"\ntls = false").size() == 1);
    CHECK(faults(syslog + "transport = \"udp\"\ntls = true").size() == 1);
    CHECK(faults(syslog + "transport = \"udp\"\ntls = { ca = \"\" }").size() == 1);
    CHECK(faults("type = \"tcp\"\naddress = \"unix:/run/siem\"\ntls = true").size() == 1);
}

TEST_CASE_FIXTURE(Files, "every key of the table counts") {
    const auto tls = tls_of(head + "[destinations.out.tls]\nca = \"" + authority.file() +
                            "\"\ncertificate = \"" + client.file() + "\"\nkey = \"" + client.key_file() +
                            "\"\nmin_version = \"1.3\"\nserver_name = \"logs.example.com\"\n"
                            "pin = \"sha256//AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\"");
    CHECK(tls.ca_file == authority.file());
    CHECK(tls.certificate_file == client.file());
    CHECK(tls.key_file == client.key_file());
    CHECK(tls.min_version == TlsOptions::MinVersion::tls13);
    CHECK(tls.server_name == "logs.example.com");
    CHECK(tls.pins.size() == 1);
}

TEST_CASE_FIXTURE(Files, "files that cannot be used are faults of the key that names them") {
    CHECK(fault_of("ca = \"/no/such.crt\"") ==
          "destinations.out.tls.ca: /no/such.crt cannot be read: No such file or directory");
    CHECK(fault_of("certificate = \"" + client.file() + "\"\nkey = \"" + other.key_file() + "\"") ==
          "destinations.out.tls.key: " + other.key_file() +
              " holds a key that does not fit the certificate in " + client.file());
    CHECK(fault_of("key = \"" + client.key_file() + "\"") ==
          "destinations.out.tls.key: belongs to a \"certificate\", which is not given");
    CHECK(faults(head + "tls = { ca = \"/no/ca\", certificate = \"/no/crt\" }").size() == 2);
}

TEST_CASE_FIXTURE(Files,
                  "a key that everybody may read is a fault, also one that stands beside its certificate") {
    const std::string words = " may be read or written by everybody on this host; chmod o= it";
    std::filesystem::permissions(client.key_file(), std::filesystem::perms{0644});
    CHECK(fault_of("certificate = \"" + client.file() + "\"\nkey = \"" + client.key_file() + "\"") ==
          "destinations.out.tls.key: " + client.key_file() + words);
    const std::string both = folder.path("both.pem");
    std::ofstream(both) << client.pem() << client.key_pem();
    CHECK(fault_of("certificate = \"" + both + "\"") == "destinations.out.tls.certificate: " + both + words);
    std::filesystem::permissions(both, std::filesystem::perms{0640});
    CHECK(tls_of(head + "[destinations.out.tls]\ncertificate = \"" + both + "\"").certificate_file == both);
}

TEST_CASE_FIXTURE(Files, "our certificate's end is a warning: a restart must not wait for a new one") {
    const Certificate expired(
        folder, "expired", {.begins = std::chrono::hours{-48}, .ends = std::chrono::hours{-24}}, &authority);
    const auto config =
        config_of(with_destination(head + "[destinations.out.tls]\ncertificate = \"" + expired.file() +
                                   "\"\nkey = \"" + expired.key_file() + "\""));
    REQUIRE(config.warnings.size() == 1);
    CHECK(config.warnings[0].key == "destinations.out.tls.certificate");
    CHECK(config.warnings[0].text.starts_with(expired.file() + " expired on 20"));
}

TEST_CASE("verification is switched off by two keys, and that is a warning") {
    CHECK(fault_of("verify = false").find("insecure = true") != std::string::npos);
    CHECK(fault_of("insecure = true").find("changes nothing") != std::string::npos);
    const auto config = config_of(with_destination(head + "tls = { verify = false, insecure = true }"));
    CHECK(!std::get<StreamOptions>(config.destinations[0].transport).tls->verify);
    CHECK(config.destinations[0].where == "siem:6514 over TLS, not verified");
    REQUIRE(config.warnings.size() == 1);
    CHECK(config.warnings[0].line != 0);
}

TEST_CASE("a pin is one or several, and written as others write it") {
    const std::string pin = "\"sha256//AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\"";
    CHECK(tls_of(head + "tls = { pin = [" + pin + ", " + pin + "] }").pins.size() == 2);
    CHECK(fault_of("pin = \"sha256//short\"").starts_with("destinations.out.tls.pin: "));
}

TEST_CASE("an unknown key of the table is told with the nearest") {
    CHECK(fault_of("certificat = \"\"").find("did you mean \"certificate\"?") != std::string::npos);
}

TEST_CASE_FIXTURE(Files, "a certificate that has changed makes the destination new at a reload") {
    const std::string text = with_destination(head + "tls = { ca = \"" + authority.file() + "\" }");
    const auto before = config_of(text).destinations[0].source;
    CHECK(config_of(text).destinations[0].source == before);
    std::ofstream(authority.file(), std::ios::app) << other.pem();
    CHECK(config_of(text).destinations[0].source != before);
}

}  // namespace tapferry
