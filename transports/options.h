// Where and how each transport delivers, finished and checked. Made by the configuration, taken by
// make_transport().
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

#include "encoders/records.h"
#include "transports/compression.h"
#include "transports/fluent/options.h"
#include "transports/http/elasticsearch_options.h"
#include "transports/http/options.h"
#include "transports/http/splunk_hec_options.h"
#include "transports/kafka/options.h"
#include "transports/network/address.h"
#include "transports/network/peer_options.h"
#include "transports/relp/options.h"

namespace tapferry {

// A byte stream to one of several peers: destination types tcp, dnstap, and syslog over TCP and TLS.
// Accepted means: the peer's kernel acknowledged the bytes (SIOCOUTQ), and then `replay_window` passed
// without the connection breaking, or the connection was closed in good order.
struct StreamOptions : PeerOptions {
    Framing framing = Framing::newline;  // frame_streams: with the handshake, which the peer must answer
    std::chrono::milliseconds replay_window{5000};
};

// One record a datagram: destination type udp, syslog over UDP, or a unix datagram socket such as /dev/log.
// Accepted means: send() returned.
struct DatagramOptions {
    Address address;
    std::size_t max_bytes = 1400;                      // a longer record is refused
    bool gelf_chunks = false;                          // or goes in chunks, as GELF has them
    std::chrono::milliseconds connect_timeout{10000};  // for resolving the name
};

// Appends to one file, or to one after another. Accepted means: write() returned, or fdatasync() with
// `fsync`. Framed as Frame Streams, each file is a whole stream, as standard output is.
struct FileOptions {
    std::string path;  // as FileNames takes it; its directory must exist; made with mode 0640 less the umask
    Framing framing = Framing::newline;
    bool fsync = false;
    // When a file is finished beside what its name says. 0: never for this reason.
    std::uint64_t rotate_bytes = 0;           // before it would be longer, but for a single batch that is
    std::chrono::seconds rotate_interval{0};  // at each multiple since 1970, UTC
    // Of finished files.
    Compression compression = Compression::none;
    std::size_t keep = 0;  // so many stay; 0: all
    // How often it is looked, while nothing comes, whether the file is still the one to be written.
    std::chrono::milliseconds recheck{1000};
};

// Standard output. Accepted means: write() returned.
struct StdoutOptions {
    Framing framing = Framing::newline;
};

using TransportOptions = std::variant<StreamOptions,         //
                                      RelpOptions,           //
                                      KafkaOptions,          //
                                      SplunkHecOptions,      //
                                      ElasticsearchOptions,  //
                                      HttpOptions,           //
                                      DatagramOptions,       //
                                      FluentOptions,         //
                                      FileOptions,           //
                                      StdoutOptions>;

// How the options' transport wants its records framed, and what it has for their key.
Framing framing_of(const TransportOptions&);
RecordKey key_of(const TransportOptions&);
// How long at least it takes until something sent is accepted, because more than the far side's word is
// waited for.
std::chrono::milliseconds time_to_accept(const TransportOptions&);
// How many batches of at most so many events it has use for at a time, lent until their outcome.
std::size_t most_batches_of(const TransportOptions&, std::size_t events_of_batch);

}  // namespace tapferry
