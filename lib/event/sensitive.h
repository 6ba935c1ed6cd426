#pragma once

#include "base/address.h"
#include "base/name.h"
#include "policy/policy.h"

namespace haetae::event {

// Which categories with `sensitive: true` hold the name or address, in any list, also those that do
// not count for anybody: a visit there tells as much about a child whatever decided on it. None: it
// may be itemised. For writers and pages, not for the hot path.
policy::CategorySet sensitive_categories(const policy::Policy& policy, const Name& name);
policy::CategorySet sensitive_categories(const policy::Policy& policy, const IpAddress& address);

// Whether nobody may be told of the category.
bool is_sensitive(const policy::Policy& policy, policy::CategoryId category);

}  // namespace haetae::event
