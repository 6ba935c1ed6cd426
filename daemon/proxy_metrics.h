#pragma once

#include <memory>
#include <vector>

#include "admin/exposition.h"
#include "daemon/worker.h"

namespace haetae::daemon {

// The web proxies of the workers; empty where there is none.
using Proxies = std::vector<const ProxyFront*>;
Proxies proxies_of(const std::vector<std::unique_ptr<Worker>>& workers);

// What they count, summed; nothing without proxies.
void write_proxies(admin::Exposition& out, const Proxies& proxies);

}  // namespace haetae::daemon
