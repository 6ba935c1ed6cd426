#pragma once

#include "config/config.h"
#include "policy/identities.h"

namespace haetae::build {

// Who is who by a configuration: its devices and profiles by their places in it.
policy::Identities build_identities(const config::Config& config);

}  // namespace haetae::build
