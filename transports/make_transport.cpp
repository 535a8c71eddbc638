#include "transports/make_transport.h"

#include "transports/datagram.h"
#include "transports/file.h"
#include "transports/stdout.h"
#include "transports/stream.h"

namespace tapferry {
namespace {

struct Maker {
    std::unique_ptr<Transport> operator()(const StreamOptions& options) const {
        return std::make_unique<Stream>(options);
    }
    std::unique_ptr<Transport> operator()(const DatagramOptions& options) const {
        return std::make_unique<Datagram>(options);
    }
    std::unique_ptr<Transport> operator()(const FileOptions& options) const {
        return std::make_unique<File>(options);
    }
    std::unique_ptr<Transport> operator()(const StdoutOptions& options) const {
        return std::make_unique<Stdout>(STDOUT_FILENO, options.framing);
    }
};

struct FramingOf {
    Framing operator()(const DatagramOptions&) const { return Framing::none; }
    template <typename Options>
    Framing operator()(const Options& options) const {
        return options.framing;
    }
};

}  // namespace

std::unique_ptr<Transport> make_transport(const TransportOptions& options) {
    return std::visit(Maker{}, options);
}

Framing framing_of(const TransportOptions& options) {
    return std::visit(FramingOf{}, options);
}

}  // namespace tapferry
