#include "list/literal_finder.h"

#include <utility>

#include "list/hyperscan_engine.h"
#include "list/pattern_language.h"
#include "list/re2_engine.h"

namespace haetae::list {
namespace {

// RE2 tells which strings a text holds, but not where. For processors without Hyperscan, and the
// judge beside it in tests.
class Re2Finder final : public LiteralFinder {
 public:
  Re2Finder(std::unique_ptr<const PatternEngine> engine, std::vector<std::string> literals)
      : engine_(std::move(engine)), literals_(std::move(literals)) {}

  EngineKind engine() const noexcept override { return EngineKind::Re2; }

  std::unique_ptr<Scratch> make_scratch() const override {
    return std::make_unique<Re2Scratch>(engine_->make_scratch());
  }

  bool find(std::string_view text, Scratch& scratch, Sink& sink) const noexcept override {
    PatternEngine::Scratch& own = *static_cast<Re2Scratch&>(scratch).of_engine;
    if (!engine_->find(text, own)) return false;
    for (const std::uint16_t literal : own.found()) {
      const std::string& what = literals_[literal];
      for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + 1)) {
        sink.on_literal(literal, at + what.size());
      }
    }
    return true;
  }

 private:
  struct Re2Scratch final : Scratch {
    explicit Re2Scratch(std::unique_ptr<PatternEngine::Scratch> scratch)
        : of_engine(std::move(scratch)) {}
    std::unique_ptr<PatternEngine::Scratch> of_engine;
  };

  std::unique_ptr<const PatternEngine> engine_;
  std::vector<std::string> literals_;
};

std::expected<FinderBuild, EngineFault> compile_re2_finder(std::vector<std::string> literals) {
  std::vector<std::string> expressions;
  for (const std::string& literal : literals) expressions.push_back(escape_literal(literal));
  auto build = compile_re2(expressions);
  if (!build) return std::unexpected(std::move(build.error()));
  return FinderBuild{
      std::make_unique<Re2Finder>(std::move(build->engine), std::move(literals)), false, {}};
}

}  // namespace

std::expected<FinderBuild, std::string> compile_literals(std::vector<std::string> literals,
                                                         EngineKind engine,
                                                         const DatabaseCache& cache) {
  const bool hyperscan = engine == EngineKind::Hyperscan && hyperscan_runs_here();
  auto build = hyperscan ? compile_hyperscan_finder(literals, cache)
                         : compile_re2_finder(std::move(literals));
  if (!build) return std::unexpected(std::move(build.error().message));
  return std::move(*build);
}

}  // namespace haetae::list
