#include "transports/kafka/certificates.h"

#include <algorithm>
#include <chrono>

#include "transports/tls/certificate.h"
#include "transports/tls/context.h"

namespace tapferry {

void KafkaCertificates::begin() {
    if (options_ == nullptr || options_->certificate_file.empty()) return;
    const LoadedTls loaded = load_tls(*options_);
    if (!loaded.own_certificate_ends) return;
    const std::lock_guard lock(mutex_);
    watch_.saw("our certificate in " + options_->certificate_file, *loaded.own_certificate_ends);
}

std::string KafkaCertificates::look_at(const std::string& broker, std::string_view der, int error,
                                       int depth) {
    const ReadCertificate certificate = read_certificate(der);
    const bool verifies = options_ == nullptr || options_->verify;
    if (error != 0 && verifies) {
        const bool own_store = options_ != nullptr && !options_->ca_file.empty();
        return broker + ": " +
               words_of_refusal({certificate.get(), error, depth}, broker.substr(0, broker.rfind(':')),
                                own_store ? options_->ca_file : "the authorities that are trusted");
    }
    if (depth != 0) return {};
    if (options_ != nullptr && !options_->pins.empty()) {
        const auto pin = certificate ? pin_of(certificate.get()) : std::nullopt;
        if (!pin || std::find(options_->pins.begin(), options_->pins.end(), *pin) == options_->pins.end())
            return broker + ": the key of its certificate is not the one that \"pin\" names";
    }
    if (!certificate) return {};
    const std::lock_guard lock(mutex_);
    watch_.saw("the certificate of " + broker, last_second(certificate.get()));
    return {};
}

std::string KafkaCertificates::take_warning() {
    const std::lock_guard lock(mutex_);
    return watch_.take_warning(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
}

}  // namespace tapferry
