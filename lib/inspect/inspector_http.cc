// Reading HTTP/1: the fourth part of inspect::Inspector.
#include <algorithm>

#include "base/local_address.h"
#include "inspect/inspector_impl.h"

namespace haetae::inspect {
namespace {

// Conversations inside of one another, each behind a CONNECT.
constexpr std::uint8_t kProxiedMax = 3;

}  // namespace

// All whole requests of a connection that are there, and the bodies between them.
Inspector::Impl::Read Inspector::Impl::read_http(const Arrival& at, Work& work,
                                                 Bytes octets) noexcept {
  Read all;
  while (all.bytes < octets.size() && work.reader == Reader::Http) {
    const Bytes rest = octets.subspan(all.bytes);
    if (work.body_left > 0) {
      const std::size_t size = std::min<std::uint64_t>(work.body_left, rest.size());
      work.body_left -= size;
      all.bytes += size;
      continue;
    }
    if (work.is_unchecked) {
      settle_unread(at, Protocol::Http, Unread::TooLong);
      all.is_settled = true;
      break;
    }
    if (work.chunks) {
      const wire::HttpBodyReader::Step step = work.chunks->feed(rest);
      all.bytes += step.bytes;
      if (step.progress == wire::Progress::NeedMore) break;
      work.chunks.reset();
      if (step.progress == wire::Progress::Done) continue;
      settle_unread(at, Protocol::Http, Unread::Ambiguous);
      all.is_settled = true;
      break;
    }
    const Read head = read_head(at, work, rest);
    if (head.is_not_this) {
      all.is_settled = on_no_head(at, work);
      if (!all.is_settled) all.bytes = octets.size();
      break;
    }
    all.bytes += head.bytes;
    all.is_settled = head.is_settled;
    if (head.is_settled || head.bytes == 0) break;
  }
  return all;
}

// Where a request should start there is none. True: nothing more is read of this flow.
bool Inspector::Impl::on_no_head(const Arrival& at, Work& work) noexcept {
  if (work.is_upgraded) {
    settle_as(at, Stage::Accepted);
    return true;
  }
  // On its way to us something was lost, the start of a body perhaps; a request may start later.
  if (!settings_.sees_all) return false;
  counters_.malformed.add();
  settle_unread(at, Protocol::Http, Unread::Malformed);
  return true;
}

// One head. No octets and not settled: it is not whole.
Inspector::Impl::Read Inspector::Impl::read_head(const Arrival& at, Work& work,
                                                 Bytes octets) noexcept {
  // Nothing new can be told before another line has ended.
  if (work.unread_from > 0 && work.unread_from <= octets.size() &&
      std::ranges::find(octets.subspan(work.unread_from), '\n') == octets.end()) {
    return {};
  }
  switch (wire::read_http_head(octets, head_)) {
    case wire::Progress::NotThis: return {.is_not_this = true};
    case wire::Progress::NeedMore:
      work.unread_from = static_cast<std::uint32_t>(head_.size_bytes);
      return {.is_settled = head_blocks_already(at, work)};
    case wire::Progress::Malformed:
      counters_.too_long.add();
      judge_head(at, Unread::TooLong);
      settle(at, seen_[seen_count_ - 1]);
      return {.is_settled = true};
    case wire::Progress::Done: break;
  }
  work.unread_from = 0;
  work.tried = 0;
  work.unread = 0;
  work.is_certain = true;
  return on_head(at, work);
}

Inspector::Impl::Read Inspector::Impl::on_head(const Arrival& at, Work& work) noexcept {
  work.reader = Reader::Http;
  if (is_full()) {
    counters_.requests_of_packet_full.add();
    settle_unread(at, Protocol::Http, Unread::TooMany);
    return {.is_settled = true};
  }
  const bool is_ambiguous = head_.framing == wire::HttpFraming::Ambiguous;
  judge_head(at, is_ambiguous ? Unread::Ambiguous : Unread::No);
  const Seen& seen = seen_[seen_count_ - 1];
  // Behind a head that can be read in two ways nobody can tell what is a request. HTTP/2 names its
  // further hosts in tables of its own.
  const bool ends = blocks(seen) && settings_.ends_blocked;
  if (ends || is_ambiguous || head_.is_http2) {
    settle(at, seen);
    return {.is_settled = true};
  }
  if (head_.is_connect) {
    if (++work.proxied > kProxiedMax) {
      settle_unread(at, Protocol::Http, Unread::TooMany);
      return {.is_settled = true};
    }
    work.reader = Reader::Start;
    work.protocol = Protocol::Tcp;
    return {.bytes = head_.size_bytes};
  }
  work.is_upgraded = head_.is_websocket;
  if (head_.framing == wire::HttpFraming::Length) work.body_left = head_.body_bytes;
  if (head_.framing == wire::HttpFraming::Chunked) work.chunks.emplace(head_);
  return {.bytes = head_.size_bytes};
}

// One request, with all its readings. unread: what is wrong with it beside.
void Inspector::Impl::judge_head(const Arrival& at, Unread unread) noexcept {
  Seen& seen = begin(at, Protocol::Http, policy::Kind::HttpUrl);
  tell_target(seen);
  consider_head(at, seen);
  if (unread != Unread::No) judge_.consider_unread(seen, unread);
  commit();
}

void Inspector::Impl::tell_target(Seen& seen) noexcept {
  seen.target = keep_target(head_.target);
  seen.is_connect = head_.is_connect;
  // The path is a part of the target, as far as that was kept.
  const auto before = static_cast<std::size_t>(head_.path.data() - head_.target.data());
  if (head_.path.empty() || before >= seen.target.size()) return;
  const Bytes rest = seen.target.subspan(before);
  seen.path = rest.first(std::min(rest.size(), head_.path.size()));
}

void Inspector::Impl::consider_head(const Arrival& at, Seen& seen) noexcept {
  if (head_.hosts().empty()) {
    // A client of old, or HTTP/2: the flow's own name, if it has one.
    const IpAddress& server = at.flow.server();
    judge_.consider_hidden(seen, !is_local(server) && !is_siteless(server), at.now);
    return;
  }
  seen.host_port = head_.hosts().front().port;
  for (const wire::HttpHost& host : head_.hosts())
    judge_.consider(seen, wire::read_host(host.text));
  if (head_.has_more_hosts) judge_.consider_unread(seen, Unread::Ambiguous);
}

// Of an unfinished head: a host that is blocked anyway need not wait for the rest.
bool Inspector::Impl::head_blocks_already(const Arrival& at, Work& work) noexcept {
  if (!settings_.ends_blocked || head_.host_count <= work.tried || is_full()) return false;
  work.tried = head_.host_count;
  Seen& seen = begin(at, Protocol::Http, policy::Kind::HttpUrl);
  tell_target(seen);
  consider_head(at, seen);
  if (!blocks(seen)) return false;
  commit();
  settle(at, seen);
  return true;
}

}  // namespace haetae::inspect
