// A request on its way and the answer that comes back: the second part of proxy::Connection.
#include <algorithm>

#include "proxy/connection.h"
#include "proxy/late_notice.h"
#include "proxy/page_labels.h"

namespace haetae::proxy {
namespace {

using wire::Progress;

}  // namespace

bool Connection::exchange(const Now& now) {
  pass_request_body(now);
  if (phase_ != Phase::Exchange) return true;
  if (!has_response_ && read_response_heads(now)) return true;
  if (!has_response_) return false;
  if (pass_response_body(now)) return true;
  return response_body_.is_done() && !scan_ && end_exchange(now);
}

void Connection::pass_request_body(const Now& now) {
  while (!request_body_.is_done()) {
    const Bytes more = from_client_.unread();
    if (more.empty()) {
      // The rest will not come: the server must not take what came for the whole.
      if (client_has_ended_ && in_flight_to_server_ == 0) end();
      return;
    }
    const auto step = request_body_.feed(more);
    from_client_.release(step.bytes);
    if (step.progress != Progress::Malformed) continue;
    parts_.counters.refused_malformed.add();
    if (client_got_some_) {
      end();
    } else {
      answer(error_response(Fault::Malformed), now);
    }
    return;
  }
}

// True: the phase changed.
bool Connection::read_response_heads(const Now& now) {
  while (!has_response_) {
    const Bytes stream = from_server_.unread();
    if (stream.empty()) return server_has_ended_ && server_failed(NoAnswer::Broken, now);
    Response response;
    switch (read_response(stream, is_head_, response)) {
      case Progress::NeedMore: return server_has_ended_ && server_failed(NoAnswer::Broken, now);
      case Progress::Done: break;
      case Progress::NotThis:
      case Progress::Malformed:
        parts_.counters.answers_malformed.add();
        return server_failed(NoAnswer::Broken, now);
    }
    if (on_response(response, now)) return true;
  }
  return false;
}

bool Connection::on_response(const Response& response, const Now& now) {
  const bool is_upgrade = response.status == 101;
  if ((is_upgrade && !asks_upgrade_) ||
      (response.is_interim() && ++interims_ > limits::kProxyInterimMax)) {
    parts_.counters.answers_malformed.add();
    return server_failed(NoAnswer::Broken, now);
  }
  if (!response.is_interim() && !is_upgrade && is_blocked_by_label(response)) {
    parts_.counters.heads_blocked.add();
    return answer(block_response(judged_->verdict, *judged_, language_, is_head_, parts_.pages),
                  now);
  }
  if (!response.is_interim()) {
    has_response_ = true;
    request_head_.clear();
    request_head_sent_ = 0;
    response_body_.begin(response.framing, response.body_bytes);
    server_keeps_alive_ = response.keeps_alive && !response.asks_credentials;
    response_is_closing_ = !keeps_alive_ || is_draining_ || !request_body_.is_done() ||
                           response.has_faulty_framing ||
                           (response.framing == Framing::UntilClose && !is_upgrade) ||
                           (is_old_ && response.framing == Framing::Chunked);
    if (is_old_ && response.framing == Framing::Chunked) {
      return server_failed(NoAnswer::Broken, now);  // it cannot read chunks
    }
    begin_scan(response);
  }
  // HTTP/1.0 knows no informational answers (RFC 9110, section 15.2).
  if (!response.is_interim() || !is_old_) {
    HeadText text(response_head_.space());
    write_response(response, {.closes = response_is_closing_, .is_for_old = is_old_}, text);
    if (text.is_full()) return server_failed(NoAnswer::Broken, now);
    response_head_.add(text.size());
    response_head_.release(text.size());
  }
  from_server_.drop(response.size_bytes);
  if (!is_upgrade) return false;
  parts_.counters.upgrades.add();
  if (through_.empty()) through_ = origin_.host;
  enter(Phase::Tunnel, now);
  return true;
}

// Whatever the body is, a picture, too: it costs nothing to believe its head.
bool Connection::is_blocked_by_label(const Response& response) {
  if (parts_.bodies == nullptr || !judged_ || !response.labels.any()) return false;
  judged_->verdict = parts_.judge.judge_labels(*judged_, labels_of(response.labels)).verdict;
  return is_blocked(*judged_);
}

void Connection::begin_scan(const Response& response) {
  held_ = held_data_ = 0;
  has_passed_held_ = false;
  scan_.reset();
  if (parts_.bodies == nullptr || !judged_ || response.framing == Framing::None) return;
  scan_ = parts_.bodies->begin({.seen = *judged_,
                                .status = response.status,
                                .content_type = response.content_type,
                                .content_encoding = response.content_encoding,
                                .content_length = response.content_length});
  if (!scan_) return;
  parts_.counters.bodies_scanned.add();
  takes_notice_ = takes_notice(response);
  held_until_ = Monotonic::max();
}

// Lets the octets go that may, or holds them back until the scan has spoken. True: the phase
// changed.
bool Connection::pass_response_body(const Now& now) {
  bool is_more = false;
  for (Bytes more = from_server_.unread().subspan(held_);
       !more.empty() && !response_body_.is_done(); more = from_server_.unread().subspan(held_)) {
    const auto step = response_body_.feed(more);
    if (step.progress == Progress::Malformed) {
      parts_.counters.answers_malformed.add();
      return server_failed(NoAnswer::Broken, now);
    }
    if (!step.data.empty()) {
      is_more = true;
      const auto data_end = step.data.data() + step.data.size() - more.data();
      held_data_ = held_ + static_cast<std::uint32_t>(data_end);
    }
    held_ += static_cast<std::uint32_t>(step.bytes);
    if (scan_ && !step.data.empty() && settle_scan(scan_->feed(step.data), now)) return true;
  }
  if (scan_ && held_until_ == Monotonic::max()) held_until_ = now.monotonic + limits::kProxyHeld;
  const bool is_cut_short = server_has_ended_ && !response_body_.is_done() &&
                            from_server_.unread().size() == held_ && !response_body_.end();
  if (scan_ && (response_body_.is_done() || is_cut_short)) {
    if (settle_scan(scan_->finish(), now)) return true;
    scan_.reset();
  }
  if (is_cut_short) {
    // The client sees that as we did.
    release_held();
    return client_has_all() && from_server_.is_empty() ? end() : false;
  }
  if (scan_) {
    if (!has_passed_held_ && !from_server_.is_full() && now.monotonic < held_until_) return false;
    // Nothing is seen that was not judged, as far as it goes.
    const bool is_judged = has_passed_held_ && !is_more;
    if (!is_judged && settle_scan(scan_->judge_so_far(), now)) return true;
  }
  release_held();
  return false;
}

// While a page is still read that a notice can end, its client is left within its text.
void Connection::release_held() noexcept {
  std::uint32_t bytes = held_;
  if (scan_ && takes_notice_) {
    const std::uint64_t unread = response_body_.unread();
    bytes = held_data_;
    seen_left_ = held_data_ == held_ ? unread : 0;
    if (response_body_.framing() == Framing::Length && unread < limits::kLateNoticeBytesMax) {
      const std::uint64_t kept = limits::kLateNoticeBytesMax - unread;
      bytes -= static_cast<std::uint32_t>(std::min<std::uint64_t>(bytes, kept));
      seen_left_ = unread + (held_ - bytes);
    }
  }
  has_passed_held_ |= scan_ != nullptr && bytes > 0;
  from_server_.release(bytes);
  held_ -= bytes;
  held_data_ -= std::min(held_data_, bytes);
}

// True: it is blocked.
bool Connection::settle_scan(Scanned scanned, const Now& now) {
  if (scanned == Scanned::Undecided) return false;
  if (scanned == Scanned::Clean) {
    scan_.reset();
    return false;
  }
  const policy::Verdict verdict = scan_->verdict();
  scan_.reset();
  if (has_passed_held_) return cut(now);
  parts_.counters.bodies_blocked.add();
  return answer(block_response(verdict, *judged_, language_, is_head_, parts_.pages), now);
}

// Some of the page was seen: it goes no further, and where it can be told, why.
bool Connection::cut(const Now& now) {
  parts_.counters.bodies_cut.add();
  // Else what is sent already is not what the client has.
  if (!takes_notice_ || !client_has_all()) return end();
  std::string notice =
      framed_notice(late_notice(language_, parts_.pages), response_body_.framing(), seen_left_);
  return notice.empty() ? end() : answer(std::move(notice), now);
}

// All of the answer was released; and sent?
bool Connection::end_exchange(const Now& now) {
  const bool has_more = !from_server_.unread().empty();
  if (!server_keeps_alive_ || has_more || server_has_ended_ || !request_body_.is_done()) {
    server_keeps_alive_ = false;
  }
  if (!client_has_all()) return false;
  // A server that answers before it read all it was sent.
  if (const std::size_t unsent = from_client_.ready().size();
      unsent > 0 || in_flight_to_server_ > 0) {
    server_keeps_alive_ = false;
    if (unsent > 0) from_client_.leave(unsent);
  }
  if (response_is_closing_) {
    answer_.clear();
    answer_sent_ = 0;
    let_server_go(false);
    enter(Phase::Answering, now);
    return true;
  }
  enter(Phase::Head, now);
  waits_for_head_ = !from_client_.is_empty();
  if (!server_keeps_alive_) {
    let_server_go(false);
    if (is_bound_) return end();
  }
  return true;
}

// There will be no answer that can be passed on. A connection that had waited may have been closed
// by then; what does no harm is asked again.
bool Connection::server_failed(NoAnswer why, const Now& now) {
  scan_.reset();
  if (server_was_reused_ && !server_has_answered_ && may_be_repeated_ && !is_bound_ &&
      server_has_ended_) {
    parts_.counters.requests_repeated.add();
    request_head_sent_ = 0;
    return wish_for_server(now);
  }
  if (client_got_some_ || in_flight_to_client_ > 0) return end();
  return answer(error_response(why, is_head_), now);
}

}  // namespace haetae::proxy
