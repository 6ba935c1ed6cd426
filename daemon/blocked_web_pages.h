#pragma once

#include <string>

#include "base/snapshot.h"
#include "page/site.h"
#include "policy/decide.h"
#include "policy/policy.h"
#include "policy/standing.h"
#include "proxy/answers.h"

namespace haetae::daemon {

// The block page of the proxy's clients, as the page's own listener would show it. One thread.
class BlockedWebPages final : public proxy::BlockPages {
 public:
  BlockedWebPages(const Snapshot<policy::Policy>& policy,
                  const Snapshot<policy::Standing>& standing, const Snapshot<page::Site>& site);

  // Once per batch: old ones are let go of.
  void refresh();
  Page page(const policy::Verdict& verdict, const inspect::Seen& seen,
            std::string_view accept_language) override;
  std::string late_notice(std::string_view accept_language) override;

 private:
  SnapshotReader<policy::Policy> policy_;
  SnapshotReader<policy::Standing> standing_;
  SnapshotReader<page::Site> site_;
  policy::Scratch scratch_;
};

}  // namespace haetae::daemon
