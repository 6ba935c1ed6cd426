#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>

#include "config/load.h"
#include "list/image.h"
#include "policy/policy.h"

namespace haetae::build {

// Whether phrases for pages are compiled: where there is a proxy that reads pages, or anyhow. They
// are most of what a policy takes at a start.
enum class Pages : std::uint8_t { WhereProxied, Anyhow };

struct Assembled {
  std::shared_ptr<const policy::Policy> policy;
  config::Faults warnings;  // patterns that were refused, lists of the image that nobody wants
};

// Configuration, rules and compiled lists -> Policy: the last step before publishing.
// cache_folder: where compiled patterns are kept; empty: compiled each time.
// previous: an earlier policy whose pattern set is taken over if the patterns are the same; may be
// null.
std::expected<Assembled, config::Faults> assemble(const config::Loaded& loaded,
                                                  std::shared_ptr<const list::Image> image,
                                                  std::uint64_t generation,
                                                  const std::filesystem::path& cache_folder,
                                                  const policy::Policy* previous = nullptr,
                                                  Pages pages = Pages::WhereProxied);

}  // namespace haetae::build
