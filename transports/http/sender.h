// Delivers batches to HTTP servers over a few connections, a request on each at a time: the transport of
// every destination type that speaks HTTP. What the requests hold and what answers mean is for the dialect. A
// batch is lent until its outcome. Each connection goes to one of the URLs, and to the next when that one
// fails.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "transports/compression.h"
#include "transports/http/authorization.h"
#include "transports/http/dialect.h"
#include "transports/http/exchange.h"
#include "transports/http/token_fetch.h"
#include "transports/outcome_queue.h"
#include "transports/transport.h"

namespace tapferry {

class Sender final : public Transport {
  public:
    Sender(HttpServers servers, std::unique_ptr<HttpDialect> dialect);
    ~Sender() override;

    [[nodiscard]] bool submit(const Batch& batch, Ticket ticket, Deadline deadline) override;
    [[nodiscard]] std::optional<Outcome> wait(Deadline deadline) override;
    void finish(Deadline) override;
    [[nodiscard]] std::string take_warning() override;

  private:
    using Time = HttpExchange::Time;

    // A batch on its way, in one request or in several.
    struct Job {
        Ticket ticket{};
        const RecordBuffer& records;
        std::size_t first;  // of the request that is on its way, or comes next
        std::size_t end;
        bool begun = false;        // some of it was answered
        bool handed_over = false;  // a byte of it may have left
        bool waits = true;         // for a token, before its request is made
        std::size_t servers_tried = 0;
        std::size_t hopeless = 0;  // of these, where only a person can help
        std::vector<std::uint32_t> refused{};
        std::vector<std::string> refusals{};  // why, of each
    };
    struct Lane {
        Lane(std::size_t at, std::size_t url, const HttpServers& servers, std::shared_ptr<TlsClient> tls,
             std::shared_ptr<ConnectionNetwork> network)
            : number(at), home(url), server(url), exchange(servers, std::move(tls), std::move(network)) {}
        const std::size_t number;
        const std::size_t home;
        std::size_t server;  // of the URLs
        HttpExchange exchange;
        HttpRequest request;
        std::optional<Job> job;
        bool asks = false;  // a question of the dialect is on its way
        bool asks_what_is_vital = false;
        [[nodiscard]] bool is_free() const { return !job && !asks; }
    };

    void settle(Time now);
    void settle_token(Time now);
    void settle(Lane& lane, Time now);
    void begin(Lane& lane, Time now);
    void choose_server(Lane& lane, Time now);
    void take_answer(Lane& lane, Time now);
    void take_failure(Lane& lane, Time now);
    void take_verdict(Lane& lane, Outcome outcome);
    void conclude(Lane& lane, Outcome outcome);
    void ask_question(Lane& lane, Time now);
    // This server is not to be tried for a while, where there is another.
    void leave_server(Lane& lane, Time now);
    void send(Lane& lane, RequestForm form, const std::string& authorization, std::string_view body,
              std::size_t longest_answer, Time now);
    [[nodiscard]] RecordRange range_of(const Job& job) const;
    [[nodiscard]] Time next_step() const;
    [[nodiscard]] Lane* free_lane();

    const HttpServers servers_;
    const std::unique_ptr<HttpDialect> dialect_;
    const std::shared_ptr<TlsClient> tls_;  // null: no server has it
    HttpAuthorization authorization_;
    std::vector<std::unique_ptr<Lane>> lanes_;
    std::unique_ptr<TokenFetch> token_;  // null: none is needed
    std::vector<Connection*> connections_;
    std::vector<Time> shunned_until_;  // of each server
    Compressor compressor_;
    std::string body_;
    OutcomeQueue outcomes_;
    std::size_t last_lane_ = 0;
    bool finishing_ = false;
};

}  // namespace tapferry
