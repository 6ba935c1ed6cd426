#pragma once

#include <expected>
#include <string>

#include "daemon/firewall/nft.h"
#include "firewall/machine.h"
#include "firewall/plan.h"
#include "firewall/sets.h"

namespace haetae::daemon {

// Our rules in the kernel: the table `inet haetae`, and where the kernel's own nft cannot queue,
// our chain in iptables' mangle tables; with a transparent proxy a rule of routing and its table.
// Nothing else of the firewall is touched.
class Firewall {
 public:
  // Error: why the kernel cannot be talked to.
  static std::expected<Firewall, std::string> open();

  // In place of what stands of ours. is_alive: the filter runs. Error: why it stays as it was.
  std::expected<void, std::string> apply(const firewall::Plan& plan, const firewall::Sets& sets,
                                         bool is_alive);
  // Takes everything of ours away; well if there is nothing.
  std::expected<void, std::string> remove();
  // One transaction on the table that stands. Error: it stands no more, or not as it was.
  std::expected<void, std::string> update(const std::string& commands);

  // Everything of ours as it stands, as text that is equal for equal rules; without the elements of
  // sets. Empty: nothing stands.
  std::string listing();
  // The same as it would be for a plan. Loads it for a moment, switched off, under another name.
  std::expected<std::string, std::string> listing_of(const firewall::Plan& plan);

  Nft& nft() noexcept { return nft_; }

 private:
  explicit Firewall(Nft nft) : nft_(std::move(nft)) {}
  Nft nft_;
};

}  // namespace haetae::daemon
