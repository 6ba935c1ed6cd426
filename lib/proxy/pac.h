#pragma once

#include <string>
#include <vector>

#include "base/address.h"
#include "base/name.h"

namespace haetae::proxy {

// A PAC file: the function by which browsers learn what to ask this proxy for.
class Pac {
 public:
  // direct: names of the house that are reached without it, with all below them.
  explicit Pac(std::vector<Name> direct) : direct_(std::move(direct)) {}

  // proxy: where the browser reached us. Hosts without dots, names under `local`, `home.arpa` and
  // `internal`, addresses of the house and of the machine itself are reached directly, all else by
  // the proxy and no other way.
  std::string text(const Peer& proxy) const;

 private:
  std::vector<Name> direct_;
};

}  // namespace haetae::proxy
