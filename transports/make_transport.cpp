#include "transports/make_transport.h"

#include <algorithm>

#include "transports/datagram.h"
#include "transports/files/file.h"
#include "transports/fluent/fluent.h"
#include "transports/http/bulk_dialect.h"
#include "transports/http/hec_dialect.h"
#include "transports/http/plain_dialect.h"
#include "transports/http/sender.h"
#include "transports/kafka/kafka.h"
#include "transports/relp/relp.h"
#include "transports/stdout.h"
#include "transports/stream.h"

namespace tapferry {
namespace {

struct Maker {
    std::unique_ptr<Transport> operator()(const StreamOptions& options) const {
        return std::make_unique<Stream>(options);
    }
    std::unique_ptr<Transport> operator()(const RelpOptions& options) const {
        return std::make_unique<Relp>(options);
    }
    std::unique_ptr<Transport> operator()(const FluentOptions& options) const {
        return std::make_unique<Fluent>(options);
    }
    std::unique_ptr<Transport> operator()(const DatagramOptions& options) const {
        return std::make_unique<Datagram>(options);
    }
    std::unique_ptr<Transport> operator()(const KafkaOptions& options) const {
        return std::make_unique<Kafka>(options);
    }
    std::unique_ptr<Transport> operator()(const SplunkHecOptions& options) const {
        return std::make_unique<Sender>(options.servers, std::make_unique<HecDialect>(options));
    }
    std::unique_ptr<Transport> operator()(const ElasticsearchOptions& options) const {
        return std::make_unique<Sender>(options.servers, std::make_unique<BulkDialect>(options));
    }
    std::unique_ptr<Transport> operator()(const HttpOptions& options) const {
        return std::make_unique<Sender>(options.servers, std::make_unique<PlainDialect>(options));
    }
    std::unique_ptr<Transport> operator()(const FileOptions& options) const {
        return std::make_unique<File>(options);
    }
    std::unique_ptr<Transport> operator()(const StdoutOptions& options) const {
        return std::make_unique<Stdout>(STDOUT_FILENO, options.framing);
    }
};

// None of these has an answer for options that it does not name: a new transport must give its own.
struct TimeToAccept {
    using Time = std::chrono::milliseconds;
    Time operator()(const StreamOptions& options) const { return options.replay_window; }
    Time operator()(const RelpOptions&) const { return Time{0}; }
    Time operator()(const KafkaOptions&) const { return Time{0}; }
    Time operator()(const SplunkHecOptions&) const { return Time{0}; }
    Time operator()(const ElasticsearchOptions&) const { return Time{0}; }
    Time operator()(const HttpOptions&) const { return Time{0}; }
    Time operator()(const DatagramOptions&) const { return Time{0}; }
    Time operator()(const FluentOptions& options) const {
        return options.acknowledgement ? Time{0} : options.replay_window;
    }
    Time operator()(const FileOptions&) const { return Time{0}; }
    Time operator()(const StdoutOptions&) const { return Time{0}; }
};

struct FramingOf {
    Framing operator()(const StreamOptions& options) const { return options.framing; }
    Framing operator()(const RelpOptions&) const { return Framing::none; }
    Framing operator()(const KafkaOptions&) const { return Framing::headed; }
    Framing operator()(const SplunkHecOptions& options) const { return options.framing; }
    Framing operator()(const ElasticsearchOptions& options) const { return options.framing; }
    Framing operator()(const HttpOptions& options) const { return options.framing; }
    Framing operator()(const DatagramOptions&) const { return Framing::none; }
    Framing operator()(const FluentOptions&) const { return Framing::none; }
    Framing operator()(const FileOptions& options) const { return options.framing; }
    Framing operator()(const StdoutOptions& options) const { return options.framing; }
};

struct MostBatchesOf {
    std::size_t events_of_batch;

    // As many as fill its window.
    std::size_t operator()(const RelpOptions& options) const {
        return std::clamp(options.window / events_of_batch + 1, usual, Relp::most_batches);
    }
    std::size_t operator()(const SplunkHecOptions& options) const { return options.servers.connections; }
    std::size_t operator()(const ElasticsearchOptions& options) const { return options.servers.connections; }
    std::size_t operator()(const HttpOptions& options) const { return options.servers.connections; }
    std::size_t operator()(const FluentOptions& options) const {
        return options.acknowledgement ? FluentWindow::most_under_way : usual;
    }
    std::size_t operator()(const StreamOptions&) const { return usual; }
    std::size_t operator()(const KafkaOptions&) const { return usual; }
    std::size_t operator()(const DatagramOptions&) const { return usual; }
    std::size_t operator()(const FileOptions&) const { return usual; }
    std::size_t operator()(const StdoutOptions&) const { return usual; }

  private:
    static constexpr std::size_t usual = 2;
};

}  // namespace

std::unique_ptr<Transport> make_transport(const TransportOptions& options) {
    return std::visit(Maker{}, options);
}

std::chrono::milliseconds time_to_accept(const TransportOptions& options) {
    return std::visit(TimeToAccept{}, options);
}

std::size_t most_batches_of(const TransportOptions& options, std::size_t events_of_batch) {
    return std::visit(MostBatchesOf{events_of_batch}, options);
}

Framing framing_of(const TransportOptions& options) {
    return std::visit(FramingOf{}, options);
}

RecordKey key_of(const TransportOptions& options) {
    const auto* kafka = std::get_if<KafkaOptions>(&options);
    return kafka == nullptr ? RecordKey::none : kafka->key;
}

}  // namespace tapferry
