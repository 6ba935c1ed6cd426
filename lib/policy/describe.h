#pragma once

#include <string>
#include <vector>

#include "base/address.h"
#include "base/name.h"
#include "policy/policy.h"
#include "policy/verdict.h"

namespace haetae::policy {

// A Verdict in words, for `explain`, events and pages. Empty strings where there is nothing to say.
struct Description {
  std::string category;  // id
  // The list's name; "service:tiktok" for services, "profile:little" for guardians' words,
  // "safe-search:google" for engines, "house", "help" and "patterns" for those of rules/,
  // "self-label" for what a page calls itself.
  std::string list;
  std::string rule;  // normal form: "x" exact, "||x^" subtree, "@@" before an exception; a
                     // pattern's id
  struct Other {
    std::string category;
    std::string list;
    std::string rule;
  };
  std::vector<Other> also;  // the other lists that speak of the name and count for this profile, in
                            // the order of the lists; each with its nearest rule
};

// name, verdict: what decide() was asked for this profile and what it answered, of this policy's
// generation. Looks the name up again: for people's eyes, not for the hot path.
Description describe(const Policy& policy, const Profile& profile, const Name& name,
                     const Verdict& verdict);
// The same of whatever a request names; rules on the path of a URL are "||host/path^".
Description describe(const Policy& policy, const Profile& profile, const Request& request,
                     const Verdict& verdict);
// The same of an address; rules are prefixes: "203.0.113.7", "203.0.113.0/24".
Description describe(const Policy& policy, const Profile& profile, const IpAddress& address,
                     const Verdict& verdict);

}  // namespace haetae::policy
