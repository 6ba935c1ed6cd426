#include "daemon/admin_front.h"

#include <utility>

#include "base/limits.h"

namespace haetae::daemon {
namespace {

constexpr int kOk = 200, kNotFound = 404, kMethodNotAllowed = 405, kMisdirectedRequest = 421;
constexpr int kServiceUnavailable = 503;

HttpResponse text_page(int status, std::string body,
                       std::string type = "text/plain; charset=utf-8") {
  return {status,
          {{"Content-Type", std::move(type)},
           {"Cache-Control", "no-store"},
           {"X-Frame-Options", "DENY"}},
          std::move(body)};
}

HttpResponse answer(const AdminFront::Pages& pages, const HttpRequest& request) {
  if (!is_own_name(host_without_port(request.host))) {
    return text_page(kMisdirectedRequest, "This page is reached by the filter's own address.\n");
  }
  if (request.method != "GET" && request.method != "HEAD") {
    HttpResponse page = text_page(kMethodNotAllowed, "Only GET works here.\n");
    page.fields.emplace_back("Allow", "GET, HEAD");
    return page;
  }
  if (request.path() == "/healthz") {
    const std::string fault = pages.fault();
    return fault.empty() ? text_page(kOk, "ok\n") : text_page(kServiceUnavailable, fault + "\n");
  }
  if (request.path() == "/metrics") {
    return text_page(kOk, pages.metrics(), "text/plain; version=0.0.4; charset=utf-8");
  }
  return text_page(kNotFound, "There is /healthz and /metrics.\n");
}

}  // namespace

std::expected<std::unique_ptr<AdminFront>, std::string> AdminFront::open(
    boost::asio::io_context& io, const config::Endpoint& endpoint, Pages pages) {
  const HttpListener::Limits limits{.connections = limits::kAdminConnectionsMax,
                                    .connections_of_address = limits::kAdminConnectionsMax,
                                    .head_bytes = limits::kAdminRequestBytesMax,
                                    .body_bytes = 0,
                                    .idle = limits::kAdminIdle};
  auto listener = HttpListener::open(
      io, "admin.listen", endpoint, limits,
      [pages = std::move(pages)](const HttpRequest& request) { return answer(pages, request); });
  if (!listener) return std::unexpected(listener.error());
  return std::unique_ptr<AdminFront>(new AdminFront(std::move(*listener)));
}

}  // namespace haetae::daemon
