#include "proxy/request_judge.h"

#include "inspect/tunnels.h"

namespace haetae::proxy {

using inspect::Protocol;
using inspect::Seen;
using inspect::Unread;

void RequestJudge::begin(const Ends& ends, Protocol protocol, policy::Kind kind, const Now& now) {
  seen_ = {};
  seen_.time = now.wall;
  seen_.protocol = protocol;
  seen_.kind = kind;
  seen_.client = ends.client;
  seen_.server = ends.server;
  seen_.who = judge_.identify(ends.client.address, {.interface = ends.interface});
  judge_.begin();
}

// The host that a tunnel leads to; without one the address, and what DNS said of it.
void RequestJudge::consider_through(std::string_view through, const Ends& ends, const Now& now) {
  if (!through.empty()) {
    judge_.consider(seen_, wire::read_host(as_bytes(through)));
  } else if (ends.is_known) {
    judge_.consider_hidden(seen_, false, now);
  } else {
    judge_.consider_unread(seen_, Unread::Hidden);
  }
}

const Seen& RequestJudge::judge_http(const Ends& ends, const wire::HttpRequestHead& head,
                                     std::string_view through, bool is_unclear, const Now& now) {
  begin(ends, Protocol::Http, policy::Kind::HttpUrl, now);
  seen_.target = head.target;
  seen_.path = head.path;
  seen_.is_connect = head.is_connect;
  if (!head.hosts().empty()) seen_.host_port = head.hosts().front().port;
  for (const wire::HttpHost& host : head.hosts()) {
    judge_.consider(seen_, wire::read_host(host.text));
  }
  if (head.hosts().empty() || !through.empty()) consider_through(through, ends, now);
  if (head.has_more_hosts || is_unclear) judge_.consider_unread(seen_, Unread::Ambiguous);
  judge_.record(seen_);
  return seen_;
}

const Seen& RequestJudge::judge_tls(const Ends& ends, const wire::TlsHello& hello,
                                    std::string_view through, Unread unread, const Now& now) {
  begin(ends, Protocol::Tls, policy::Kind::TlsName, now);
  seen_.has_ech = hello.has_ech;
  seen_.technique = inspect::technique_of(hello, ends.server.port);
  for (const wire::Host* const name : {&hello.server_name, &hello.second_server_name}) {
    if (name->kind != wire::HostKind::None) judge_.consider(seen_, *name);
  }
  if (!through.empty() || hello.server_name.kind == wire::HostKind::None) {
    consider_through(through, ends, now);
  }
  if (unread != Unread::No) judge_.consider_unread(seen_, unread);
  judge_.record(seen_);
  return seen_;
}

const Seen& RequestJudge::judge_other(const Ends& ends, Bytes stream, std::string_view through,
                                      const Now& now) {
  begin(ends, Protocol::Tcp, policy::Kind::Address, now);
  seen_.technique = inspect::technique_of_stream(stream);
  consider_through(through, ends, now);
  judge_.record(seen_);
  return seen_;
}

const Seen& RequestJudge::judge_labels(const Seen& request, const policy::PageLabels& labels) {
  seen_ = request;
  seen_.kind = policy::Kind::HttpBody;
  judge_.judge_page(seen_, {.labels = labels});
  if (is_blocked(seen_)) judge_.record(seen_);
  return seen_;
}

bool RequestJudge::is_still_allowed(const Ends& ends, std::string_view host, const Now& now) {
  begin(ends, Protocol::Http, policy::Kind::HttpUrl, now);
  consider_through(host, ends, now);
  return !is_blocked(seen_);
}

}  // namespace haetae::proxy
