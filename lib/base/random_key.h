#pragma once

#include "base/name_hash.h"

namespace haetae {

// A key that nobody can guess, so that nobody can prepare names, addresses or flows that meet in a
// table.
HashKey random_key() noexcept;

}  // namespace haetae
