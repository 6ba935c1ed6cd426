#include "build/assemble.h"

#include <utility>

#include "build/policy_builder.h"
#include "list/pattern_set.h"

namespace haetae::build {
namespace {

// The set of the shipped patterns on one kind of text; null if the configuration wants none. A set
// that cannot be compiled at all is a fault: a filter must not lose its patterns silently.
std::expected<std::shared_ptr<const list::PatternSet>, config::Fault> patterns_on(
    list::PatternText text, const config::Loaded& loaded, const std::filesystem::path& cache_folder,
    const policy::Policy* previous, config::Faults& warnings) {
  const std::vector<list::Pattern>& wanted = loaded.rules->patterns[static_cast<std::size_t>(text)];
  if (!loaded.config.patterns || wanted.empty()) return nullptr;
  auto known = previous == nullptr ? nullptr : previous->patterns(text).set;
  if (known != nullptr && known->source() == list::digest_of(wanted)) return known;
  auto compiled = list::PatternSet::compile(wanted, {.cache_folder = cache_folder, .text = text});
  const std::string folder = (loaded.rules->folder / "patterns").string();
  if (!compiled) {
    return std::unexpected(config::Fault{folder, 0, "", compiled.error(),
                                         "set rules.patterns: false to go on without patterns"});
  }
  for (const list::PatternFault& fault : compiled->faults) {
    warnings.push_back({folder, 0, fault.id, fault.message, "the other patterns stand"});
  }
  if (!compiled->cache_warning.empty()) {
    warnings.push_back({cache_folder.string(), 0, "", compiled->cache_warning,
                        "patterns are compiled anew at each start"});
  }
  return std::move(compiled->set);
}

// The same of the phrases that pages are scanned for.
std::expected<std::shared_ptr<const list::PhraseSet>, config::Fault> phrases_of(
    const config::Loaded& loaded, const policy::Policy* previous, Pages pages) {
  const std::vector<list::Phrase>& wanted = loaded.rules->phrases;
  if (!loaded.config.patterns || wanted.empty()) return nullptr;
  const bool is_proxied = loaded.config.proxy.mode != config::ProxyMode::Off;
  if (!is_proxied && pages == Pages::WhereProxied) return nullptr;
  auto known = previous == nullptr ? nullptr : previous->phrases();
  if (known != nullptr && known->source() == list::digest_of(wanted)) return known;
  auto compiled = list::PhraseSet::compile(wanted);
  if (compiled) return std::move(*compiled);
  return std::unexpected(config::Fault{(loaded.rules->folder / "patterns" / "phrases").string(), 0,
                                       "", compiled.error(),
                                       "set rules.patterns: false to go on without patterns"});
}

}  // namespace

std::expected<Assembled, config::Faults> assemble(const config::Loaded& loaded,
                                                  std::shared_ptr<const list::Image> image,
                                                  std::uint64_t generation,
                                                  const std::filesystem::path& cache_folder,
                                                  const policy::Policy* previous, Pages pages) {
  Assembled assembled;
  PolicyParts parts{.config = loaded.config,
                    .rules = *loaded.rules,
                    .image = std::move(image),
                    .generation = generation};
  for (std::size_t i = 0; i < parts.patterns.size(); ++i) {
    auto patterns = patterns_on(static_cast<list::PatternText>(i), loaded, cache_folder, previous,
                                assembled.warnings);
    if (!patterns) return std::unexpected(config::Faults{patterns.error()});
    parts.patterns[i] = std::move(*patterns);
  }
  auto phrases = phrases_of(loaded, previous, pages);
  if (!phrases) return std::unexpected(config::Faults{phrases.error()});
  parts.phrases = std::move(*phrases);
  auto policy = build_policy(parts, assembled.warnings);
  if (!policy) return std::unexpected(std::move(policy.error()));
  assembled.policy = std::move(*policy);
  return assembled;
}

}  // namespace haetae::build
