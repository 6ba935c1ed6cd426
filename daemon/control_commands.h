#pragma once

#include <string>
#include <string_view>

#include "base/snapshot.h"
#include "daemon/standing_keeper.h"
#include "policy/standing.h"

namespace haetae::daemon {

// What the control socket is asked for: guardians' words, and `status`.
class ControlCommands {
 public:
  ControlCommands(StandingKeeper& keeper, Snapshot<policy::Standing>& standing)
      : keeper_(keeper), standing_(standing) {}

  // A request line in, an answer line out. The workers have what was said when this returns.
  std::string answer(std::string_view line);

 private:
  std::string status();
  std::string carry_out(std::string_view command, const std::vector<std::string>& words);

  StandingKeeper& keeper_;
  Snapshot<policy::Standing>& standing_;
};

}  // namespace haetae::daemon
