#pragma once

#include <string>
#include <vector>

namespace haetae::config {

// One mistake in a file that a person wrote.
struct Fault {
  std::string file;
  int line = 0;         // from 1; 0: the file as a whole
  std::string key;      // "profiles.minji.schedule"; empty: no key in particular
  std::string message;  // what is wrong: "'25:00' is not a time"
  std::string hint;     // what to do: "use 00:00 to 24:00"; may be empty
};
using Faults = std::vector<Fault>;

// "haetae.yaml:14: profiles.minji.schedule: '25:00' is not a time; use 00:00 to 24:00"
std::string to_text(const Fault& fault);

// By file and line, as a person reads them; of very many only the first limits::kFaultsMax and how
// many more there are.
void put_in_order(Faults& faults);

}  // namespace haetae::config
