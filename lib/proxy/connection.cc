// What a client asks: the first part of proxy::Connection.
#include "proxy/connection.h"

#include "proxy/scan_limits.h"
#include "wire/http_text.h"

namespace haetae::proxy {
namespace {

using wire::Progress;

constexpr std::string_view kEstablished = "HTTP/1.1 200 Connection established\r\n\r\n";
constexpr std::string_view kPacPath = "/proxy.pac";

}  // namespace

Connection::Connection(const Parts& parts, Entry entry, const Ends& ends, const Now& now)
    : parts_(parts),
      entry_(entry),
      phase_(entry == Entry::Explicit ? Phase::Head : Phase::First),
      ends_(ends),
      from_client_(parts.client_rooms),
      from_server_(parts.server_rooms),
      request_head_(parts.client_rooms),
      response_head_(parts.client_rooms) {
  enter(phase_, now);
}

Connection::Wish Connection::step(const Now& now) {
  for (bool goes_on = true; goes_on;) {
    switch (phase_) {
      case Phase::First:
      case Phase::Hello: goes_on = read_first(now); break;
      case Phase::Head: goes_on = read_head(now); break;
      case Phase::Connecting: goes_on = false; break;
      case Phase::Exchange: goes_on = exchange(now); break;
      case Phase::Tunnel: goes_on = tunnel(); break;
      case Phase::Answering:
      case Phase::Lingering: goes_on = answering(now); break;
      case Phase::Ended: return Wish::Close;
    }
    if (std::exchange(wishes_connect_, false)) return Wish::Connect;
  }
  if (std::exchange(has_moved_, false)) {
    // A head that trickles in has the time of one.
    if (phase_ != Phase::Head || !waits_for_head_) deadline_ = now.monotonic + patience();
    if (phase_ == Phase::Head) waits_for_head_ = !from_client_.is_empty();
  }
  return Wish::Nothing;
}

// ---- The first octets of a transparent connection, and of a tunnel.

bool Connection::read_first(const Now& now) {
  if (phase_ == Phase::Hello) {
    // A server that speaks first is heard at once.
    from_server_.release(from_server_.unread().size());
    if (server_has_ended_ && from_server_.is_empty()) return end();
  }
  const Bytes stream = from_client_.unread();
  if (stream.empty()) return client_has_ended_ && client_has_all() ? end() : false;
  wire::TlsHello hello;
  const Progress tls = wire::read_tls_hello(stream, hello);
  if (tls != Progress::NotThis) return read_tls_first(tls, hello, now);
  if (is_http_start()) {
    // Octets of the server that came before its first request answer nobody.
    if (phase_ == Phase::Hello && server_has_answered_) {
      parts_.counters.refused_malformed.add();
      return end();
    }
    is_bound_ = phase_ == Phase::Hello;
    enter(Phase::Head, now);
    waits_for_head_ = true;
    return true;
  }
  return begin_tunnel(parts_.judge.judge_other(ends_, stream, through_, now), now);
}

bool Connection::is_http_start() const {
  wire::HttpRequestHead head;
  return wire::read_http_head(from_client_.unread(), head) != Progress::NotThis;
}

bool Connection::read_tls_first(Progress progress, const wire::TlsHello& hello, const Now& now) {
  auto unread = inspect::Unread::No;
  if (progress == Progress::Malformed) unread = inspect::Unread::Malformed;
  if (progress == Progress::NeedMore) {
    if (client_has_ended_) return end();
    if (!from_client_.is_full()) return false;
    unread = inspect::Unread::TooLong;
  }
  return begin_tunnel(parts_.judge.judge_tls(ends_, hello, through_, unread, now), now);
}

bool Connection::begin_tunnel(const inspect::Seen& seen, const Now& now) {
  if (is_blocked(seen)) {
    parts_.counters.tunnels_blocked.add();
    return end();
  }
  if (seen.has_name && through_.empty()) through_ = seen.name.to_text();
  tunnels_ = true;
  if (holds_server_) {
    enter(Phase::Tunnel, now);
    return true;
  }
  parts_.counters.tunnels.add();
  origin_.host.clear();
  origin_.port = ends_.server.port;
  return wish_for_server(now);
}

// A client that was led here says nothing: a browser that connected ahead of time, or somebody
// whose server speaks first. What either says later is still looked at.
void Connection::hear_server(const Now& now) {
  if (!parts_.judge.is_still_allowed(ends_, through_, now)) {
    begin_tunnel(parts_.judge.judge_other(ends_, {}, through_, now), now);
    return;
  }
  parts_.counters.silent_clients.add();
  tunnels_ = hears_server_ = true;
  origin_.host.clear();
  origin_.port = ends_.server.port;
  wish_for_server(now);
}

bool Connection::tunnel() {
  from_client_.release(from_client_.unread().size());
  from_server_.release(from_server_.unread().size());
  const bool client_is_done = client_has_ended_ && from_client_.is_empty();
  const bool server_is_done = server_has_ended_ && from_server_.is_empty();
  if (client_is_done && server_is_done && client_has_all() && in_flight_to_server_ == 0) {
    return end();
  }
  // Whom nobody listens to need not speak.
  if (server_refuses_ && client_has_all() && server_is_done) return end();
  return false;
}

// ---- Heads.

bool Connection::read_head(const Now& now) {
  if (is_draining_ && from_client_.is_empty()) return end();
  if (from_client_.unread().empty()) return client_has_ended_ ? end() : false;
  Request request;
  switch (read_request(from_client_.unread(), request)) {
    case Progress::NeedMore: return client_has_ended_ ? end() : false;
    case Progress::NotThis:
      parts_.counters.refused_malformed.add();
      return answer(error_response(Fault::Malformed), now);
    case Progress::Done:
    case Progress::Malformed: break;
  }
  waits_for_head_ = false;
  return on_request(request, now);
}

bool Connection::on_request(const Request& request, const Now& now) {
  parts_.counters.requests.add();
  is_head_ = request.is_head;
  if (entry_ == Entry::Explicit && !is_bound_) {
    ends_.server.port = request.port();
    if (answer_ourselves(request, now)) return true;
  }
  const bool is_faulty = request.fault != Fault::None;
  const inspect::Seen& seen =
      parts_.judge.judge_http(ends_, request.head, through_, is_faulty, now);
  // A host that is blocked is told as blocked, however the rest of the head looks.
  if (is_blocked(seen) && (!is_faulty || seen.unread == inspect::Unread::No)) {
    parts_.counters.blocked.add();
    return answer(
        block_response(seen.verdict, seen, request.accept_language, is_head_, parts_.pages), now);
  }
  if (is_faulty) {
    const bool is_long = request.fault == Fault::TooLong;
    (is_long ? parts_.counters.refused_too_long : parts_.counters.refused_malformed).add();
    return answer(error_response(request.fault), now);
  }
  if (request.head.is_connect) return open_tunnel(request, now);
  if (parts_.bodies != nullptr) {
    if (!judged_) judged_ = std::make_unique<inspect::Seen>();
    *judged_ = seen;
    path_.assign(as_text(seen.path).substr(0, limits::kScannedPathBytesMax));
    judged_->path = as_bytes(path_);
    judged_->target = {};
    language_.assign(request.accept_language);
  }
  return send_on(request, now);
}

// What is asked of the proxy itself.
bool Connection::answer_ourselves(const Request& request, const Now& now) {
  if (request.fault != Fault::None || request.head.form != wire::HttpForm::Origin) return false;
  if (as_text(request.head.path) == kPacPath) {
    return answer(pac_response(parts_.pac.text(ends_.proxy), request.is_head), now);
  }
  return answer(not_found_response(request.is_head), now);
}

bool Connection::open_tunnel(const Request& request, const Now& now) {
  const bool has_body = request.head.framing != wire::HttpFraming::None;
  if (entry_ == Entry::Transparent || is_bound_ || has_body || request.port() == 0) {
    parts_.counters.refused_malformed.add();
    return answer(error_response(Fault::Malformed), now);
  }
  parts_.counters.tunnels.add();
  tunnels_ = true;
  through_.assign(request.host());
  origin_.host.assign(request.host());
  origin_.port = request.port();
  from_client_.drop(request.head.size_bytes);
  return wish_for_server(now);
}

bool Connection::send_on(const Request& request, const Now& now) {
  HeadText text(request_head_.space());
  write_request(request, {.limits_codings = parts_.bodies != nullptr}, text);
  if (text.is_full()) {
    request_head_.give_back_if_empty();
    parts_.counters.refused_too_long.add();
    return answer(error_response(Fault::TooLong), now);
  }
  request_head_.add(text.size());
  request_head_.release(text.size());
  request_head_sent_ = 0;
  if (!is_bound_) {
    origin_.host.assign(request.host());
    origin_.port = entry_ == Entry::Explicit ? request.port() : ends_.server.port;
  }
  keeps_alive_ = request.keeps_alive;
  is_old_ = request.is_old;
  may_be_repeated_ = request.may_be_repeated;
  asks_upgrade_ = !request.upgrade.empty();
  has_credentials_ = request.has_credentials;
  const bool is_chunked = request.head.framing == wire::HttpFraming::Chunked;
  const bool has_body = request.head.framing != wire::HttpFraming::None;
  request_body_.begin(is_chunked ? Framing::Chunked
                      : has_body ? Framing::Length
                                 : Framing::None,
                      request.head.body_bytes);
  has_response_ = client_got_some_ = false;
  interims_ = 0;
  from_client_.drop(request.head.size_bytes);  // the request's views end here
  if (holds_server_ && (is_bound_ || server_origin_ == origin_)) {
    connected(true, now);
    return true;
  }
  return wish_for_server(now);
}

bool Connection::wish_for_server(const Now& now) {
  let_server_go(true);
  wishes_connect_ = true;
  enter(Phase::Connecting, now);
  return true;
}

void Connection::connected(bool is_reused, const Now& now) {
  (is_reused ? parts_.counters.servers_reused : parts_.counters.servers_opened).add();
  holds_server_ = true;
  server_is_clean_ = false;
  server_was_reused_ = is_reused;
  server_has_answered_ = server_has_ended_ = server_refuses_ = false;
  server_origin_ = origin_;
  server_saw_credentials_ = (is_reused && server_saw_credentials_) || has_credentials_;
  from_server_.clear();
  if (!tunnels_) return enter(Phase::Exchange, now);
  if (std::exchange(hears_server_, false)) {
    tunnels_ = false;
    return enter(Phase::Hello, now);
  }
  if (entry_ == Entry::Transparent) return enter(Phase::Tunnel, now);
  HeadText text(response_head_.space());
  text.add(kEstablished);
  response_head_.add(text.size());
  response_head_.release(text.size());
  tunnels_ = false;
  enter(Phase::Hello, now);
}

void Connection::unreachable(NoAnswer why, const Now& now) {
  parts_.counters.servers_unreachable.add();
  if (entry_ == Entry::Transparent && tunnels_) {
    end();
  } else {
    answer(error_response(why, is_head_), now);
  }
}

void Connection::server_spoke_unasked() noexcept {
  let_server_go(false);
  if (is_bound_) end();
}

// ---- Our own answers.

bool Connection::answer(std::string text, const Now& now) {
  let_server_go(false);
  request_head_.clear();
  request_head_sent_ = 0;
  response_head_.clear();
  from_client_.clear();
  answer_ = std::move(text);
  answer_sent_ = 0;
  enter(Phase::Answering, now);
  return true;
}

bool Connection::answering(const Now& now) {
  from_client_.clear();
  if (phase_ == Phase::Answering) {
    if (answer_sent_ < answer_.size() || in_flight_to_client_ > 0) return false;
    if (client_has_ended_) return end();
    enter(Phase::Lingering, now);
  }
  return client_has_ended_ ? end() : false;
}

bool Connection::end() noexcept {
  has_ended_idle_ = phase_ == Phase::Head;
  phase_ = Phase::Ended;
  return true;
}

void Connection::enter(Phase phase, const Now& now) noexcept {
  phase_ = phase;
  deadline_ = now.monotonic + patience();
  judge_again_at_ = now.monotonic + limits::kProxyJudgedAgain;
}

void Connection::let_server_go(bool is_clean) noexcept {
  if (!holds_server_) return;
  server_is_clean_ = is_clean && may_lend_server();
  holds_server_ = false;
  from_server_.clear();
  held_ = held_data_ = 0;
  in_flight_to_server_ = 0;
}

}  // namespace haetae::proxy
