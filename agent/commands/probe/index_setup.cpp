#include "agent/commands/probe/index_setup.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "agent/commands/probe/trial.h"
#include "encoders/encoder.h"
#include "transports/http/index_template.h"

namespace tapferry {

namespace {

using Verdict = Outcome::Verdict;

// A request of its own to the servers of a destination.
class Request {
  public:
    Request(const HttpServers& servers, std::string method, const std::string& path) {
        options_.servers = servers;
        options_.servers.compression = Compression::none;
        for (Url& url : options_.servers.urls) url.target = url.target_below(path);
        options_.method = std::move(method);
        options_.content_type = "application/json";
    }
    // This status is no fault: it makes the outcome "refused".
    Request& refuses(unsigned status) {
        options_.refuse.push_back(status);
        return *this;
    }
    [[nodiscard]] Trial send(const std::string& body, std::chrono::milliseconds timeout) const {
        RecordBuffer records;
        records.append_again({}, body);
        return try_batch(options_, records, timeout);
    }

  private:
    HttpOptions options_;
};

bool was_refused(const Trial& trial) {
    return trial.outcome && trial.outcome->verdict == Verdict::refused;
}

WayStep install(const IndexTemplate& made, const HttpServers& servers, std::chrono::milliseconds timeout) {
    WayStep step("template");
    const Trial trial = Request(servers, "PUT", creation_path(made)).send(made.body, timeout);
    const std::string name = made.name + " for " + made.pattern;
    const bool is_there = was_refused(trial) && trial.words().find("already exists") != std::string::npos;
    step.passed = trial.accepted() || is_there;
    step.words = !step.passed ? trial.words()
                 : is_there   ? made.name + " is there already, and was left as it is"
                              : name + " was installed";
    return step;
}

WayStep install_pipeline(const std::string& name, bool is_ecs, const HttpServers& servers,
                         std::chrono::milliseconds timeout) {
    WayStep step("pipeline");
    const std::string path = pipeline_path(name);
    Trial trial = Request(servers, "GET", path).refuses(404).send("", timeout);
    if (trial.accepted()) {
        step.passed = true;
        step.words = name + " is there already, and was left as it is";
        return step;
    }
    if (was_refused(trial)) trial = Request(servers, "PUT", path).send(pipeline_body(is_ecs), timeout);
    step.passed = trial.accepted();
    step.words = step.passed ? name + " was installed" : trial.words();
    return step;
}

bool says(const Trial& trial, std::string_view words) {
    return trial.words().find(words) != std::string::npos;
}

// Made as the first document would make it, so that nothing is there that would not be there then. None: the
// server does not tell, as when it only lets documents in.
std::optional<WayStep> make_stream(const std::string& name, bool installs, const HttpServers& servers,
                                   std::chrono::milliseconds timeout) {
    WayStep step("stream");
    const std::string path = percent_encoded(name);
    const Trial made = Request(servers, "PUT", "/_data_stream/" + path).send("", timeout);
    step.passed = made.accepted() || (says(made, "data_stream [") && says(made, "already exists"));
    step.words = name + (made.accepted() ? " was made" : " is there");
    if (step.passed) return step;
    const bool lacks_template = was_refused(made) && says(made, "index template");
    if (!lacks_template && !says(made, "need to be unique")) return std::nullopt;
    // What an alias leads to is its owner's.
    const Trial alias = Request(servers, "GET", "/_alias/" + path).refuses(404).send("", timeout);
    if (!was_refused(alias)) return std::nullopt;
    const Trial index =
        Request(servers, "GET", "/" + path + "?filter_path=none").refuses(404).send("", timeout);
    if (index.accepted()) {
        step.words =
            name + " is an index, not a data stream: delete it, then run tapferry probe --install-template";
        return step;
    }
    if (!lacks_template || !was_refused(index)) return std::nullopt;
    step.words = installs ? made.words()
                          : "no template makes " + name +
                                " a data stream: run tapferry probe --install-template first";
    return step;
}

// The first server that tells counts.
std::optional<WayStep> make_stream_somewhere(const std::string& name, bool installs, HttpServers servers,
                                             std::chrono::milliseconds timeout) {
    const auto urls = servers.urls;
    for (const Url& url : urls) {
        servers.urls = {url};
        if (auto step = make_stream(name, installs, servers, timeout)) return step;
    }
    return std::nullopt;
}

std::vector<WayStep> install_all(const ElasticsearchOptions& options, bool is_ecs,
                                 std::chrono::milliseconds timeout) {
    std::vector<WayStep> steps;
    if (const auto made = index_template_of(options, is_ecs)) {
        steps.push_back(install(*made, options.servers, timeout));
    } else {
        WayStep& step = steps.emplace_back("template");
        step.words = "\"" + options.index + "\" begins with a time, so that no template can be for it alone";
    }
    if (steps.back().passed && !options.pipeline.empty())
        steps.push_back(install_pipeline(options.pipeline, is_ecs, options.servers, timeout));
    return steps;
}

}  // namespace

std::vector<WayStep> set_up_index(const DestinationConfig& destination, bool installs,
                                  std::chrono::milliseconds timeout) {
    const auto& options = std::get<ElasticsearchOptions>(destination.transport);
    std::vector<WayStep> steps;
    if (installs)
        steps = install_all(options, std::holds_alternative<EcsOptions>(destination.format), timeout);
    if (!options.is_data_stream || (!steps.empty() && !steps.back().passed)) return steps;
    if (auto stream = make_stream_somewhere(options.index, installs, options.servers, timeout))
        steps.push_back(std::move(*stream));
    return steps;
}

}  // namespace tapferry
