#include "list/re2_engine.h"

#include <re2/re2.h>
#include <re2/set.h>

#include "base/limits.h"

namespace haetae::list {
namespace {

// Octets, as Hyperscan sees them: no folding beyond ASCII, which was done by the normaliser.
RE2::Options octet_options() {
  RE2::Options options;
  options.set_encoding(RE2::Options::EncodingLatin1);
  options.set_log_errors(false);
  options.set_max_mem(limits::kRe2BytesMax);
  return options;
}

class Re2Scratch final : public PatternEngine::Scratch {
 public:
  explicit Re2Scratch(std::size_t expressions) : Scratch(expressions) {
    places.reserve(expressions);
  }
  void keep() noexcept {
    for (const int place : places) add(static_cast<std::uint16_t>(place));
  }
  using Scratch::clear;
  std::vector<int> places;
};

class Re2Engine final : public PatternEngine {
 public:
  Re2Engine(std::unique_ptr<RE2::Set> set, std::size_t expressions)
      : set_(std::move(set)), expressions_(expressions) {}

  std::unique_ptr<Scratch> make_scratch() const override {
    return std::make_unique<Re2Scratch>(expressions_);
  }

  bool find(std::string_view text, Scratch& scratch) const noexcept override {
    auto& own = static_cast<Re2Scratch&>(scratch);
    own.clear();
    RE2::Set::ErrorInfo error{RE2::Set::kNoError};
    const re2::StringPiece piece(text.data(), text.size());
    if (!set_->Match(piece, &own.places, &error)) return error.kind == RE2::Set::kNoError;
    own.keep();
    return true;
  }

 private:
  std::unique_ptr<RE2::Set> set_;
  std::size_t expressions_;
};

}  // namespace

std::expected<EngineBuild, EngineFault> compile_re2(const std::vector<std::string>& expressions) {
  auto set = std::make_unique<RE2::Set>(octet_options(), RE2::UNANCHORED);
  for (std::size_t i = 0; i < expressions.size(); ++i) {
    std::string error;
    if (set->Add(expressions[i], &error) < 0) return std::unexpected(EngineFault{i, error});
  }
  if (!set->Compile()) {
    return std::unexpected(
        EngineFault{EngineFault::kNoExpression, "RE2 has no room for so many patterns"});
  }
  return EngineBuild{std::make_unique<Re2Engine>(std::move(set), expressions.size()), false, {}};
}

std::optional<std::string> expression_fault(const std::string& expression) {
  const RE2 compiled(expression, octet_options());
  if (!compiled.ok()) return compiled.error();
  if (RE2::PartialMatch("", compiled)) return "it matches an empty text, and so every text";
  return std::nullopt;
}

}  // namespace haetae::list
