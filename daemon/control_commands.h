#pragma once

#include <string>
#include <string_view>

#include "base/snapshot.h"
#include "daemon/ask_keeper.h"
#include "daemon/standing_keeper.h"
#include "policy/standing.h"

namespace haetae::daemon {

// What the control socket is asked for: guardians' words, `status`, and `asks`.
class ControlCommands {
 public:
  ControlCommands(StandingKeeper& keeper, AskKeeper& asks, Snapshot<policy::Standing>& standing)
      : keeper_(keeper), asks_(asks), standing_(standing) {}

  // A request line in, an answer line out. The workers have what was said when this returns.
  std::string answer(std::string_view line);

 private:
  std::string status();
  std::string asks();
  std::string carry_out(std::string_view command, const std::vector<std::string>& words);

  StandingKeeper& keeper_;
  AskKeeper& asks_;
  Snapshot<policy::Standing>& standing_;
};

}  // namespace haetae::daemon
