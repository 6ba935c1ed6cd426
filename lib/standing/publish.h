#pragma once

#include <string>
#include <vector>

#include "policy/policy.h"
#include "policy/standing.h"
#include "standing/book.h"

namespace haetae::standing {

// The Book as decide() reads it, with this policy's places for its names. What names a profile,
// service or category that the policy does not have is left out; what is over too.
policy::Standing publish(const Book& book, const policy::Policy& policy, const Moment& now);

// The entries that are left out since the policy does not know what they name.
std::vector<const Entry*> waiting(const Book& book, const policy::Policy& policy,
                                  const Moment& now);

}  // namespace haetae::standing
