#pragma once

#include <optional>

#include "admin/diagnosis.h"

namespace haetae::daemon {

struct UpstreamFound {
  admin::Evidence::UpstreamAsked asked;
  std::optional<admin::Evidence::SignedSpan> signature;  // of the root's SOA record, if it signs
};

// Asks one upstream for the root's SOA record with signatures, over UDP; one that is asked over TLS
// is only connected to. Waits 2 s at most.
UpstreamFound ask_upstream(const config::UpstreamServer& server);

}  // namespace haetae::daemon
