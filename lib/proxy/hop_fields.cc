#include "proxy/hop_fields.h"

#include <algorithm>
#include <span>

#include "wire/http_fields.h"
#include "wire/http_text.h"

namespace haetae::proxy {
namespace {

using wire::is_same_word;

constexpr std::array<std::string_view, 8> kHopFields{
    "Connection", "Keep-Alive",          "Proxy-Connection",   "TE",
    "Upgrade",    "Proxy-Authorization", "Proxy-Authenticate", "HTTP2-Settings"};
constexpr std::array<std::string_view, 5> kNeverNamed{"Content-Length", "Transfer-Encoding", "Host",
                                                      "Content-Encoding", "Content-Type"};

bool holds(std::span<const std::string_view> names, std::string_view name) noexcept {
  return std::ranges::any_of(names, [&](std::string_view one) { return is_same_word(one, name); });
}

}  // namespace

void HopFields::take(std::string_view value) noexcept {
  wire::each_member(value, [this](std::string_view member) {
    if (is_same_word(member, "close")) {
      says_close_ = true;
    } else if (is_same_word(member, "keep-alive")) {
      says_keep_alive_ = true;
    } else if (is_same_word(member, "upgrade")) {
      says_upgrade_ = true;
    } else if (name_count_ < names_.size()) {
      names_[name_count_++] = member;
    } else {
      has_too_many_ = true;
    }
  });
}

bool HopFields::ends_here(std::string_view name) const noexcept {
  if (holds(kHopFields, name)) return true;
  return name_count_ > 0 && holds(std::span(names_).first(name_count_), name) &&
         !holds(kNeverNamed, name);
}

}  // namespace haetae::proxy
