#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/load.h"
#include "support/test_data.h"

namespace haetae::config::test {

// The rules that come with the program, read once. Aborts with the faults if they have any.
inline const Rules& shipped_rules() {
  static const Rules rules = [] {
    auto loaded = load_rules(haetae::test::source_folder() / "rules");
    if (!loaded) {
      for (const Fault& fault : loaded.error())
        std::fprintf(stderr, "%s\n", to_text(fault).c_str());
      std::abort();
    }
    return std::move(*loaded);
  }();
  return rules;
}

inline std::vector<std::string> lines_of(const Faults& faults) {
  std::vector<std::string> lines;
  for (const Fault& fault : faults) lines.push_back(to_text(fault));
  return lines;
}

// What a person is told about a configuration that stands in the file "home.yaml".
inline std::vector<std::string> faults_of(std::string_view text) {
  const auto config = load_text(text, "home.yaml", shipped_rules());
  return config ? std::vector<std::string>{} : lines_of(config.error());
}

inline std::vector<std::string> warnings_of(std::string_view text) {
  Faults warnings;
  const auto config = load_text(text, "home.yaml", shipped_rules(), &warnings);
  return config ? lines_of(warnings) : lines_of(config.error());
}

}  // namespace haetae::config::test
