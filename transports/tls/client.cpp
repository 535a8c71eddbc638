#include "transports/tls/client.h"

#include <utility>

namespace tapferry {

TlsClient::TlsClient(TlsOptions options) : options_(std::move(options)) {}

std::shared_ptr<TlsClient> TlsClient::made_from(const std::optional<TlsOptions>& options) {
    return options ? std::make_shared<TlsClient>(*options) : nullptr;
}

std::unique_ptr<TlsSession> TlsClient::begin(const std::string& host) {
    if (auto now = stamps(); !context_ || now != seen_) {
        seen_ = std::move(now);
        load();
    }
    if (!context_) return nullptr;
    return std::make_unique<TlsSession>(context_.get(), options_, host);
}

void TlsClient::load() {
    LoadedTls loaded = load_tls(options_);
    if (!loaded.faults.empty()) {
        const std::string& words = loaded.faults.front().words;
        failure_ = {words, true};
        if (context_) trouble_ = words + "; what was read from it before serves on";
        return;
    }
    context_ = std::move(loaded.context);
    TlsSession::prepare(context_.get());
    if (loaded.own_certificate_ends)
        watch_.saw("our certificate in " + options_.certificate_file, *loaded.own_certificate_ends);
}

std::vector<FileStamp> TlsClient::stamps() const {
    return {stamp_of(options_.ca_file), stamp_of(options_.certificate_file), stamp_of(options_.key_file)};
}

void TlsClient::agreed(const TlsSession& session, const std::string& address) {
    const TlsDetails details = session.details();
    if (!details.owner.empty()) watch_.saw("the certificate of " + address, details.ends);
}

std::string TlsClient::take_warning() {
    if (!trouble_.empty()) return std::exchange(trouble_, {});
    return watch_.take_warning(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
}

}  // namespace tapferry
