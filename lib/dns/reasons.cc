#include "dns/reasons.h"

#include <algorithm>

#include "base/assert.h"

namespace haetae::dns {
namespace {

wire::EdeCode block_code(const policy::Verdict& verdict, config::SiteKind site) noexcept {
  if (verdict.reason == policy::Reason::Locked) return wire::EdeCode::Censored;
  // No family asked for this one by category: it is how a resolver keeps the house safe (RFC 8914,
  // section 4.16).
  if (verdict.reason == policy::Reason::Rebinding) return wire::EdeCode::Blocked;
  switch (site) {
    case config::SiteKind::Home: return wire::EdeCode::Filtered;
    case config::SiteKind::School:
    case config::SiteKind::Isp: return wire::EdeCode::Blocked;
  }
  return wire::EdeCode::Blocked;
}

// Who said so, as policy/describe.h names it: a prefix and a name.
struct Source {
  std::string_view prefix;
  std::string_view name;
};

Source source_of(const policy::Policy& policy, const policy::Profile& profile,
                 const policy::Verdict& verdict) noexcept {
  switch (verdict.rule_kind) {
    case policy::RuleKind::None: return {};
    case policy::RuleKind::Pattern:
    case policy::RuleKind::Phrase: return {"", "patterns"};
    case policy::RuleKind::SelfLabel: return {"", "self-label"};
    case policy::RuleKind::List:
      return verdict.source < policy.lists.size() ? Source{"", policy.lists[verdict.source].name}
                                                  : Source{};
    case policy::RuleKind::WellKnown:
      if (verdict.reason == policy::Reason::DeniedByGuardian) return {"profile:", profile.name};
      return verdict.reason != policy::Reason::SafeSearch && verdict.source < policy.services.size()
                 ? Source{"service:", policy.services[verdict.source].id}
                 : Source{};
  }
  return {};
}

constexpr bool continues_character(char octet) noexcept {
  return (static_cast<unsigned char>(octet) & 0xc0) == 0x80;
}

}  // namespace

void Reasons::add(wire::EdeCode code, std::string_view text) noexcept {
  HAETAE_ASSERT(count_ < errors_.size());
  errors_[count_++] = {code, text};
}

void Reasons::add_block(const policy::Policy& policy, const policy::Profile& profile,
                        const policy::Verdict& verdict, config::SiteKind site) noexcept {
  text_bytes_ = 0;
  const bool has_category = verdict.category < policy.categories.size();
  append(has_category ? std::string_view{policy.categories[verdict.category].id}
                      : policy::to_text(verdict.reason));
  const Source source = source_of(policy, profile, verdict);
  if (!source.name.empty()) {
    append("; ");
    append(source.prefix);
    append(source.name);
  }
  add(block_code(verdict, site), {text_.data(), text_bytes_});
}

void Reasons::append(std::string_view text) noexcept {
  std::size_t size = std::min(text.size(), text_.size() - text_bytes_);
  if (size < text.size()) {
    while (size > 0 && continues_character(text[size])) --size;
  }
  text.copy(text_.data() + text_bytes_, size);
  text_bytes_ += size;
}

}  // namespace haetae::dns
