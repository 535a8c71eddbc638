// Authorities, a server's and a client's certificate, and options that trust them.
#pragma once

#include "tests/transports/tls/certificates.h"
#include "tests/transports/tls/tls_peer.h"
#include "tests/transports/transport_fixture.h"
#include "transports/options.h"

namespace tapferry {

struct TlsFixture {
    TemporaryFolder folder;
    Certificate authority{folder, "ca", {.owner = "Test CA", .is_authority = true}, nullptr};
    Certificate other_authority{folder, "other-ca", {.owner = "Other CA", .is_authority = true}, nullptr};
    Certificate server{folder, "server", {}, &authority};
    Certificate client{folder, "client", {.owner = "tapferry"}, &authority};

    [[nodiscard]] static TlsServerOptions with(const Certificate& certificate) {
        TlsServerOptions options;
        options.certificate_file = certificate.file();
        options.key_file = certificate.key_file();
        return options;
    }
    // Whoever comes must be known to our authority.
    [[nodiscard]] TlsServerOptions asking_for_certificates() const {
        TlsServerOptions options = with(server);
        options.client_authority_file = authority.file();
        return options;
    }

    [[nodiscard]] TlsOptions trusting() const {
        TlsOptions options;
        options.ca_file = authority.file();
        return options;
    }
    [[nodiscard]] TlsOptions showing(const Certificate& certificate) const {
        TlsOptions options = trusting();
        options.certificate_file = certificate.file();
        options.key_file = certificate.key_file();
        return options;
    }
    [[nodiscard]] static StreamOptions stream(std::vector<Address> addresses, TlsOptions tls) {
        StreamOptions options;
        options.addresses = std::move(addresses);
        options.tls = std::move(tls);
        options.replay_window = 0s;
        return options;
    }
    // For a server on loopback by the name "localhost".
    [[nodiscard]] static Address by_name(Address address) {
        address.host = "localhost";
        return address;
    }
};

}  // namespace tapferry
