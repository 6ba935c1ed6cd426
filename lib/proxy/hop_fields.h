#pragma once

#include <array>
#include <string_view>

#include "proxy/limits.h"

namespace haetae::proxy {

// What the Connection fields of a head say (RFC 9110, section 7.6.1): about the connection, and
// which other fields are for the next hop only.
class HopFields {
 public:
  // The value of each Connection field.
  void take(std::string_view value) noexcept;

  bool says_close() const noexcept { return says_close_; }
  bool says_keep_alive() const noexcept { return says_keep_alive_; }
  bool says_upgrade() const noexcept { return says_upgrade_; }
  bool has_too_many() const noexcept { return has_too_many_; }

  // Whether a field goes no further than to us: Connection and those it names, and those that
  // RFC 9110 counts up. Fields that say how long the body is, and for whom the request is, go on
  // whoever names them.
  bool ends_here(std::string_view name) const noexcept;

 private:
  std::array<std::string_view, limits::kProxyHopNamesMax> names_;
  std::size_t name_count_ = 0;
  bool says_close_ = false;
  bool says_keep_alive_ = false;
  bool says_upgrade_ = false;
  bool has_too_many_ = false;
};

}  // namespace haetae::proxy
