#include "wire/host.h"

#include <string_view>

namespace haetae::wire {
namespace {

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

std::optional<IpAddress> read_address(std::string_view text) noexcept {
  if (text.starts_with('[') && text.ends_with(']')) {
    text = text.substr(1, text.size() - 2);
    return text.contains(':') ? IpAddress::from_text(text) : std::nullopt;
  }
  // Browsers take "192.0.2.1." for the address, too.
  if (text.ends_with('.')) text.remove_suffix(1);
  const bool may_be_one = !text.empty() && (is_digit(text.back()) || text.contains(':'));
  return may_be_one ? IpAddress::from_text(text) : std::nullopt;
}

}  // namespace

Host read_host(Bytes octets) noexcept {
  Host host;
  const std::string_view text = as_text(octets);
  if (text.empty()) return host;
  host.kind = HostKind::Odd;
  // Name would read escapes, and an address would end at a zero octet.
  if (text.contains('\\') || text.contains('\0')) return host;
  if (const auto address = read_address(text)) {
    host.kind = HostKind::Address;
    host.address = *address;
    return host;
  }
  const auto name = Name::from_text(text);
  if (!name || !name->is_hostname()) return host;
  host.kind = HostKind::Name;
  host.name = *name;
  return host;
}

}  // namespace haetae::wire
