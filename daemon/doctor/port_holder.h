#pragma once

#include "admin/diagnosis.h"

namespace haetae::daemon {

// Whether the filter could listen there now, and if not, why and who does. Binds for a moment.
admin::Evidence::Port look_at_port(const config::Endpoint& endpoint);

}  // namespace haetae::daemon
