#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/load.h"
#include "policy/policy.h"

namespace haetae::standing {

// Why a guardian's word is not carried out: what is wrong, and what to say instead (may be empty).
struct Refusal {
  std::string message;
  std::string hint;
};
std::string to_text(const Refusal& refusal);  // "message; hint"

// What a guardian may name: the profiles, services and categories of the configuration in use, each
// by its id or as people write it ("YouTube", "porn").
class Catalogue {
 public:
  // loaded: what the policy was built from.
  Catalogue(std::shared_ptr<const policy::Policy> policy, const config::Loaded& loaded);

  const policy::Policy& policy() const noexcept { return *policy_; }
  // The profiles that `all` means: everybody's but those of bands that it does not (adults,
  // things).
  const std::vector<policy::ProfileId>& all() const noexcept { return all_; }

  std::expected<policy::ProfileId, Refusal> profile(std::string_view word) const;
  std::expected<policy::ServiceId, Refusal> service(std::string_view word) const;
  // Without the categories that nobody may open.
  std::expected<policy::CategoryId, Refusal> category(std::string_view word) const;

 private:
  struct Called {
    std::string word;  // in lower case, without spaces, hyphens and the like
    std::uint16_t id;
  };
  std::shared_ptr<const policy::Policy> policy_;
  std::vector<policy::ProfileId> all_;
  std::vector<Called> services_;
  std::vector<Called> categories_;
};

}  // namespace haetae::standing
