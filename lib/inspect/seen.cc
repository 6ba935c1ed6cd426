#include "inspect/seen.h"

namespace haetae::inspect {

std::string_view to_text(Protocol protocol) noexcept {
  switch (protocol) {
    case Protocol::Dns: return "dns";
    case Protocol::Http: return "http";
    case Protocol::Tls: return "tls";
    case Protocol::Quic: return "quic";
    case Protocol::Tcp: return "tcp";
    case Protocol::Udp: return "udp";
    case Protocol::Other: return "ip";
  }
  return "";
}

std::string_view to_text(Unread unread) noexcept {
  switch (unread) {
    case Unread::No: return "";
    case Unread::Hidden: return "hidden";
    case Unread::TooLong: return "too_long";
    case Unread::Malformed: return "malformed";
    case Unread::Odd: return "odd";
    case Unread::Conflict: return "conflict";
    case Unread::CutShort: return "cut_short";
    case Unread::NoRoom: return "no_room";
    case Unread::TooMany: return "too_many";
    case Unread::Ambiguous: return "ambiguous";
    case Unread::Unresolved: return "unresolved";
  }
  return "";
}

std::string url_of(const Seen& seen) {
  const std::string_view target = as_text(seen.target);
  if (seen.protocol != Protocol::Http || seen.is_connect) return {};
  if (target.find("://") < target.find('/')) return std::string(target);
  std::string url = "http://";
  const bool is_v6 = !seen.has_name && !seen.address.is_v4();
  const std::string host = seen.has_name ? seen.name.to_text() : seen.address.to_text();
  url += is_v6 ? "[" + host + "]" : host;
  if (seen.host_port != 0) url += ":" + std::to_string(seen.host_port);
  if (target != "*") url += target;
  return url;
}

}  // namespace haetae::inspect
