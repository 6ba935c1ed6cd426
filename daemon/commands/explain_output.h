#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "policy/describe.h"
#include "policy/policy.h"
#include "policy/request.h"
#include "policy/verdict.h"

namespace haetae::daemon {

// A verdict and what is needed to put it into words.
struct Explanation {
  const policy::Policy& policy;
  const policy::Profile& profile;
  const policy::Request& request;
  const policy::Verdict& verdict;
};

// What the verdict stands on, in words.
policy::Description describe(const Explanation& explanation);

// The JSON line that scripts rely on (docs/INTERFACES.md); appended to out with its line end.
// page: JSON for the key `page`; empty: there is no such key.
void write_json(std::string_view input, const Explanation& explanation, std::string_view page,
                std::string& out);
// The same keys for an input that could not be judged.
void write_json_error(std::string_view input, std::string_view error, std::string& out);

// A few lines for a person. list_line: where the deciding rule stands in its list.
void write_text(std::string_view input, const Explanation& explanation,
                std::optional<std::uint32_t> list_line, std::string& out);

}  // namespace haetae::daemon
