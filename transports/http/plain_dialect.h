// The destination type http: records in a body of any shape, and the status of the answer says it all.
#pragma once

#include <utility>

#include "transports/http/dialect.h"
#include "transports/http/options.h"

namespace tapferry {

class PlainDialect final : public HttpDialect {
  public:
    explicit PlainDialect(HttpOptions options) : options_(std::move(options)) {}

    [[nodiscard]] RequestForm form(Lane) const override;
    void write_body(const RecordRange& range, std::string& out) override;
    [[nodiscard]] std::size_t most_records() const override;
    Outcome judge(const ServerAnswer& answer, const RecordRange&, Ticket, Lane, Time) override;

  private:
    const HttpOptions options_;
};

}  // namespace tapferry
