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
  }
  return "";
}

}  // namespace haetae::inspect
