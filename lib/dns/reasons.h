#pragma once

#include <array>
#include <span>
#include <string_view>

#include "base/limits.h"
#include "config/config.h"
#include "policy/policy.h"
#include "policy/verdict.h"
#include "wire/edns.h"

namespace haetae::dns {

// The Extended DNS Errors of one reply (RFC 8914), with their text, in place.
class Reasons {
 public:
  Reasons() = default;
  Reasons(const Reasons&) = delete;  // the views point into it
  Reasons& operator=(const Reasons&) = delete;

  // text must outlive this object.
  void add(wire::EdeCode code, std::string_view text = {}) noexcept;
  // Why the verdict blocks: 17 at home, 15 for a school's or an ISP's policy and for rebinding, 16
  // for a legal order; the text is "category; list", or the reason where no list decided. No
  // allocation.
  void add_block(const policy::Policy& policy, const policy::Profile& profile,
                 const policy::Verdict& verdict, config::SiteKind site) noexcept;

  std::span<const wire::ExtendedError> all() const noexcept { return {errors_.data(), count_}; }

 private:
  void append(std::string_view text) noexcept;

  std::array<wire::ExtendedError, 2> errors_;
  std::size_t count_ = 0;
  std::array<char, limits::kEdeTextBytesMax> text_;
  std::size_t text_bytes_ = 0;
};

}  // namespace haetae::dns
