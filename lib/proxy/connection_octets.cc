// Octets in and out, and time: the third part of proxy::Connection.
#include <limits>

#include "proxy/connection.h"

namespace haetae::proxy {

// ---- In.

MutableBytes Connection::client_space() {
  if (client_has_ended_ || in_flight_to_server_ > 0) return {};
  switch (phase_) {
    case Phase::First:
    case Phase::Hello:
    case Phase::Head:
    case Phase::Tunnel:
    case Phase::Answering:
    case Phase::Lingering: break;
    // What comes behind the request waits in the kernel, and so does its sender.
    case Phase::Exchange:
      if (request_body_.is_done()) return {};
      break;
    case Phase::Connecting:
    case Phase::Ended: return {};
  }
  if (!from_client_.ready().empty()) return {};
  return from_client_.space();
}

void Connection::client_read(std::size_t bytes) noexcept {
  parts_.counters.octets_from_clients.add(bytes);
  from_client_.add(bytes);
  has_moved_ = true;
}

MutableBytes Connection::server_space() {
  if (!holds_server_ || server_has_ended_ || in_flight_to_client_ > 0) return {};
  const bool is_wanted =
      phase_ == Phase::Exchange || phase_ == Phase::Hello || phase_ == Phase::Tunnel;
  if (!is_wanted || !from_server_.ready().empty()) return {};
  if (phase_ == Phase::Exchange && has_response_ && response_body_.is_done()) return {};
  return from_server_.space();
}

void Connection::server_read(std::size_t bytes) noexcept {
  from_server_.add(bytes);
  server_has_answered_ = true;
  has_moved_ = true;
}

void Connection::nothing_came() {
  from_client_.give_back_if_empty();
  from_server_.give_back_if_empty();
}

// ---- Out.

std::array<Bytes, 2> Connection::to_client() const noexcept {
  if (in_flight_to_client_ > 0) return {};
  if (phase_ == Phase::Answering) return {as_bytes(answer_).subspan(answer_sent_), Bytes{}};
  // Nothing of an answer leaves before its body was looked at.
  if (scan_ && !has_passed_held_) return {};
  return {response_head_.ready(), from_server_.ready()};
}

void Connection::client_wrote(std::size_t bytes) {
  parts_.counters.octets_to_clients.add(bytes);
  has_moved_ = true;
  if (phase_ == Phase::Answering) {
    answer_sent_ += bytes;
    return;
  }
  const std::size_t of_head = std::min(bytes, response_head_.ready().size());
  if (of_head > 0) response_head_.leave(of_head);
  if (bytes > of_head) from_server_.leave(bytes - of_head);
  client_got_some_ |= has_response_ || !response_head_.is_empty();
}

std::array<Bytes, 2> Connection::to_server() const noexcept {
  if (in_flight_to_server_ > 0 || server_refuses_ || !holds_server_ || !is_passing()) return {};
  return {request_head_.ready().subspan(request_head_sent_), from_client_.ready()};
}

void Connection::server_wrote(std::size_t bytes) {
  has_moved_ = true;
  const std::size_t head_left = request_head_.ready().size() - request_head_sent_;
  const std::size_t of_head = std::min(bytes, head_left);
  request_head_sent_ += static_cast<std::uint32_t>(of_head);
  if (bytes > of_head) from_client_.leave(bytes - of_head);
}

// ---- Unread.

std::uint64_t Connection::unread_for_client() const noexcept {
  if (!from_server_.is_empty() || !response_head_.is_empty() || scan_ || server_has_ended_ ||
      !holds_server_) {
    return 0;
  }
  if (phase_ == Phase::Tunnel) return std::numeric_limits<std::uint64_t>::max();
  return phase_ == Phase::Exchange && has_response_ ? response_body_.unread() : 0;
}

std::uint64_t Connection::unread_for_server() const noexcept {
  if (!from_client_.is_empty() || client_has_ended_ || server_refuses_ || !holds_server_) return 0;
  if (phase_ == Phase::Tunnel) return std::numeric_limits<std::uint64_t>::max();
  const bool head_is_out = request_head_.ready().size() == request_head_sent_;
  return phase_ == Phase::Exchange && head_is_out ? request_body_.unread() : 0;
}

void Connection::took_unread_for_client(std::uint64_t bytes) noexcept {
  in_flight_to_client_ += bytes;
  has_moved_ = true;
  if (phase_ == Phase::Exchange) response_body_.skip(bytes);
}
void Connection::gave_unread_to_client(std::uint64_t bytes) noexcept {
  parts_.counters.octets_to_clients.add(bytes);
  parts_.counters.octets_spliced.add(bytes);
  in_flight_to_client_ -= bytes;
  has_moved_ = true;
}
void Connection::took_unread_for_server(std::uint64_t bytes) noexcept {
  parts_.counters.octets_from_clients.add(bytes);
  in_flight_to_server_ += bytes;
  has_moved_ = true;
  if (phase_ == Phase::Exchange) request_body_.skip(bytes);
}
void Connection::gave_unread_to_server(std::uint64_t bytes) noexcept {
  parts_.counters.octets_spliced.add(bytes);
  in_flight_to_server_ -= bytes;
  has_moved_ = true;
}

// ---- Ends.

bool Connection::client_has_all() const noexcept {
  return response_head_.is_empty() && from_server_.ready().empty() && in_flight_to_client_ == 0;
}

bool Connection::client_is_told_all() const noexcept {
  if (phase_ == Phase::Lingering) return true;
  return phase_ == Phase::Tunnel && server_has_ended_ && client_has_all();
}

bool Connection::server_is_told_all() const noexcept {
  return phase_ == Phase::Tunnel && client_has_ended_ && from_client_.is_empty() &&
         in_flight_to_server_ == 0;
}

// ---- Time.

seconds Connection::patience() const noexcept {
  switch (phase_) {
    case Phase::First: return from_client_.is_empty() ? limits::kProxySilent : limits::kProxyHead;
    case Phase::Hello: return limits::kProxyHead;
    case Phase::Head: return from_client_.is_empty() ? limits::kProxyIdle : limits::kProxyHead;
    case Phase::Connecting:
      return limits::kProxyResolve +
             limits::kProxyConnect * static_cast<int>(limits::kProxyAddressesMax);
    case Phase::Exchange: return has_response_ ? limits::kProxyStalled : limits::kProxyAnswer;
    case Phase::Tunnel: return limits::kProxyTunnel;
    case Phase::Answering: return limits::kProxyStalled;
    case Phase::Lingering: return limits::kProxyLinger;
    case Phase::Ended: break;
  }
  return {};
}

Connection::Wish Connection::tick(const Now& now) {
  if (now.monotonic >= judge_again_at_ && is_passing()) {
    judge_again_at_ = now.monotonic + limits::kProxyJudgedAgain;
    const std::string& host = through_.empty() ? origin_.host : through_;
    if (!parts_.judge.is_still_allowed(ends_, host, now)) {
      parts_.counters.judged_again_blocked.add();
      return Wish::Close;
    }
  }
  if (now.monotonic < deadline_) return Wish::Nothing;
  if (phase_ == Phase::First && from_client_.is_empty()) {
    hear_server(now);
    return Wish::Nothing;
  }
  if (phase_ != Phase::Head && phase_ != Phase::Lingering) parts_.counters.timed_out.add();
  const bool says_so = phase_ == Phase::Exchange && !has_response_ && response_head_.is_empty();
  if (!says_so) return Wish::Close;
  answer(error_response(NoAnswer::Slow, is_head_), now);
  return Wish::Nothing;
}

}  // namespace haetae::proxy
