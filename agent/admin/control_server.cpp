#include "agent/admin/control_server.h"

#include <fcntl.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "agent/admin/control_path.h"
#include "agent/admin/http_listener.h"
#include "agent/admin/server.h"
#include "agent/inputs/input_error.h"
#include "agent/inputs/unix_listener.h"
#include "agent/log.h"

namespace tapferry {

namespace {

struct Path {
    std::string_view path;
    RouteOrder order;
};
constexpr std::array<Path, 3> paths{{{"/requeue", RouteOrder::requeue},
                                     {"/dead-letter/purge", RouteOrder::purge_letters},
                                     {"/spool/purge", RouteOrder::purge_spool}}};

std::optional<RouteOrder> order_of(std::string_view path) {
    for (const auto& known : paths)
        if (known.path == path) return known.order;
    return std::nullopt;
}

HttpAnswer answer_of(const OrderAnswer& answer) {
    switch (answer.result) {
        case OrderAnswer::Result::done:
            return {200, "application/json",
                    "{\"count\":" + std::to_string(answer.count) +
                        ",\"bytes\":" + std::to_string(answer.bytes) + "}\n"};
        case OrderAnswer::Result::unknown:
            return {.status = 404, .body = answer.words + "\n"};
        case OrderAnswer::Result::refused:
            return {.status = 409, .body = answer.words + "\n"};
        case OrderAnswer::Result::failed:
            return {.status = 500, .body = answer.words + "\n"};
    }
    return {.status = 500, .body = ""};
}

void obey(std::string_view target, const OrderSink& orders, const HttpListener::Done& done) {
    constexpr std::string_view key = "destination=";
    const auto question = target.find('?');
    const auto order = order_of(target.substr(0, question));
    if (!order)
        return done({.status = 404, .body = "there are /requeue, /dead-letter/purge and /spool/purge\n"});
    const auto query = question == std::string_view::npos ? std::string_view{} : target.substr(question + 1);
    if (!query.starts_with(key))
        return done({.status = 400, .body = "say of which destination: ?destination=NAME\n"});
    orders(std::string(query.substr(key.size())), *order,
           [done](const OrderAnswer& answer) { done(answer_of(answer)); });
}

UnixListener listen_on(const std::string& path) {
    UnixInputOptions options;
    options.path = path;
    options.mode = 0600;
    try {
        return UnixListener(options);
    } catch (const InputError& failure) {
        throw AdminError(failure.what());
    }
}

}  // namespace

struct ControlServer::Parts {
    explicit Parts(const std::filesystem::path& state_directory)
        : place(state_directory), socket(listen_on(place.path())) {}

    ControlPath place;
    UnixListener socket;
    std::unique_ptr<HttpListener> listener;
};

ControlServer::ControlServer(const std::filesystem::path& state_directory,
                             std::function<AgentStatus()> status, OrderSink orders)
    : parts_(std::make_unique<Parts>(state_directory)) {
    Descriptor socket(::fcntl(parts_->socket.fd(), F_DUPFD_CLOEXEC, 0));
    try {
        parts_->listener = std::make_unique<HttpListener>(
            std::move(socket),
            [status = std::move(status), orders = std::move(orders)](
                std::string_view method, std::string_view target, const HttpListener::Done& done) {
                if (method == "POST") return obey(target, orders, done);
                done(admin_answer(method, target, status));
            });
    } catch (const std::runtime_error& failure) {
        throw AdminError("control.sock: " + std::string(failure.what()));
    }
}

ControlServer::~ControlServer() = default;

std::unique_ptr<ControlServer> open_control(const std::filesystem::path& state_directory,
                                            std::function<AgentStatus()> status, OrderSink orders, Log& log) {
    try {
        return std::make_unique<ControlServer>(state_directory, std::move(status), std::move(orders));
    } catch (const AdminError& failure) {
        log.error("control", std::string(failure.what()) +
                                 "; dead letters and the spool cannot be purged or "
                                 "requeued while the agent runs");
        return nullptr;
    }
}

}  // namespace tapferry
