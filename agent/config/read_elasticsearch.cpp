#include "agent/config/read_elasticsearch.h"

#include <array>

#include "agent/config/read_http.h"
#include "agent/config/read_http_servers.h"
#include "proto/base_encoding.h"
#include "transports/http/bulk_dialect.h"

namespace tapferry {

namespace {

constexpr std::string_view usual_data_stream = "logs-dns.dnstap-default";
constexpr std::size_t longest_data_stream = 100;

void read_index(Section& section, ElasticsearchOptions& options) {
    const bool is_index = section.has("index");
    const std::string index = section.text("index", "");
    const std::string stream = section.text("data_stream", usual_data_stream);
    options.index = is_index ? index : stream;
    options.is_data_stream = !is_index;
    const std::string_view key = is_index ? "index" : "data_stream";
    if (is_index && section.has("data_stream"))
        section.fault("data_stream", "and \"index\" are both given; give one of them");
    if (const std::string fault = fault_of_index(options.index); !fault.empty())
        section.fault(key, "\"" + options.index + "\" " + fault);
    else if (!is_index && stream.find('%') != std::string::npos)
        section.fault(key, "cannot hold %Y and the like: a data stream makes its indices itself");
    else if (!is_index && stream.size() > longest_data_stream)
        section.fault(key, "must be at most 100 characters");
}

// As "Create API key" gives it: its id and the key, or both encoded as they are sent.
void encode_api_key(HttpCredentials& credentials) {
    if (credentials.scheme != "ApiKey" || credentials.secret.find(':') == std::string::npos) return;
    TextBuffer out;
    append_base64(
        out, {reinterpret_cast<const std::uint8_t*>(credentials.secret.data()), credentials.secret.size()});
    credentials.secret = out.view();
}

// False: it is not three names with "-" between.
bool take_apart(std::string_view stream, EcsOptions& options) {
    const std::size_t first = stream.find('-');
    const std::size_t second = first == std::string_view::npos ? first : stream.find('-', first + 1);
    if (second == std::string_view::npos) return false;
    options.type = stream.substr(0, first);
    options.dataset = stream.substr(first + 1, second - first - 1);
    options.name_space = stream.substr(second + 1);
    return !options.type.empty() && !options.dataset.empty() && !options.name_space.empty();
}

}  // namespace

ElasticsearchOptions read_elasticsearch(Section& section, DestinationConfig& destination) {
    ElasticsearchOptions options;
    options.servers =
        read_http_servers(section, destination, "https://elastic.example.com:9200", Compression::gzip);
    if (options.servers.compression == Compression::zstd)
        section.fault("compression",
                      "\"zstd\" is not one of \"none\" or \"gzip\": Elasticsearch does not know it");
    read_http_login(section, destination, options.servers,
                    {{"api_key", "ApiKey"}, {"bearer_token", "Bearer"}});
    encode_api_key(options.servers.credentials);
    warn_of_plain_http(section, options.servers);
    read_index(section, options);
    options.use_id = section.flag("use_id", true);
    options.pipeline = section.text("pipeline", "");
    destination.batch.max_events = 5000;
    destination.batch.max_bytes = 4 << 20;
    return options;
}

void fit_elasticsearch(Section& section, DestinationConfig& destination) {
    if (!is_json_format(destination.format))
        section.fault("format", "\"" + destination.format_name + "\" is not JSON, as a document must be");
    auto* ecs = std::get_if<EcsOptions>(&destination.format);
    if (is_json_format(destination.format) && ecs == nullptr && !section.has("index") &&
        !section.has("pipeline"))
        section.fault("format",
                      "\"" + destination.format_name +
                          "\" has no \"@timestamp\", without which a data stream takes no document: use "
                          "\"ecs\", an index, or a pipeline that makes one");
    if (ecs == nullptr || section.table("ecs").has("data_stream")) return;
    const std::string& index = std::get<ElasticsearchOptions>(destination.transport).index;
    if (EcsOptions named; !section.has("index") && take_apart(index, named))
        *ecs = named;
    else
        ecs->type.clear();
}

}  // namespace tapferry
