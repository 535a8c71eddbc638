#include "agent/admin/server.h"

#include <ctime>
#include <utility>

#include "agent/admin/http_listener.h"
#include "agent/admin/metrics.h"
#include "agent/admin/status_json.h"

namespace tapferry {

namespace {

HttpAnswer plain(unsigned status, std::string body) {
    return {.status = status, .body = std::move(body)};
}

HttpAnswer readiness(const AgentStatus& status) {
    const auto failing = not_ready(status, std::time(nullptr));
    if (failing.empty()) return plain(200, "ready\n");
    std::string text;
    for (const auto& route : status.routes)
        for (const auto& name : failing)
            if (route.name == name)
                text += "destination " + name +
                        (route.state == RouteStatus::State::held ? " is held: " : " is failing: ") +
                        route.words + "\n";
    return plain(503, text);
}

}  // namespace

HttpAnswer admin_answer(std::string_view method, std::string_view target,
                        const std::function<AgentStatus()>& status) {
    if (method != "GET" && method != "HEAD") return plain(405, "this listener only reads: use GET\n");
    const auto path = target.substr(0, target.find('?'));
    if (path == "/metrics") return {200, "text/plain; version=0.0.4; charset=utf-8", metrics_text(status())};
    if (path == "/status") return {200, "application/json", status_json(status()) + "\n"};
    if (path == "/healthz") return plain(200, "alive\n");
    if (path == "/readyz") return readiness(status());
    return plain(404, "there are /metrics, /status, /healthz and /readyz\n");
}

AdminServer::AdminServer(const std::string& host, std::uint16_t port, std::function<AgentStatus()> status) {
    try {
        listener_ = std::make_unique<HttpListener>(
            host, port,
            [status = std::move(status)](std::string_view method, std::string_view target,
                                         const HttpListener::Done& done) {
                done(admin_answer(method, target, status));
            });
    } catch (const std::runtime_error& failure) {
        throw AdminError("admin.listen: cannot listen on " + host + ":" + std::to_string(port) + ": " +
                         failure.what() +
                         "; choose another address, or \"\" to switch the admin listener off");
    }
}

AdminServer::~AdminServer() = default;

std::string AdminServer::address() const {
    return listener_->address();
}

}  // namespace tapferry
