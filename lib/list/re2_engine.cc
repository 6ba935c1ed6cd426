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

class Re2Scratch final : public PatternScratch {
 public:
  Re2Scratch(const void* owner, std::size_t patterns) : PatternScratch(owner, patterns) {
    places.reserve(patterns);
  }
  void keep() noexcept {
    for (const int place : places) add_hit(static_cast<std::uint16_t>(place));
  }
  std::vector<int> places;
};

class Re2Set final : public PatternSet {
 public:
  Re2Set(std::vector<Pattern> patterns, std::unique_ptr<RE2::Set> set)
      : PatternSet(std::move(patterns)), set_(std::move(set)) {}

  Engine engine() const noexcept override { return Engine::Re2; }

  std::unique_ptr<PatternScratch> make_scratch() const override {
    return std::make_unique<Re2Scratch>(this, patterns().size());
  }

 protected:
  bool find(std::string_view text, PatternScratch& scratch) const noexcept override {
    auto& own = static_cast<Re2Scratch&>(scratch);
    RE2::Set::ErrorInfo error{RE2::Set::kNoError};
    const re2::StringPiece piece(text.data(), text.size());
    if (!set_->Match(piece, &own.places, &error)) return error.kind == RE2::Set::kNoError;
    own.keep();
    return true;
  }

 private:
  std::unique_ptr<RE2::Set> set_;
};

}  // namespace

std::expected<PatternSet::Compiled, std::string> compile_re2(std::vector<Pattern> patterns) {
  auto set = std::make_unique<RE2::Set>(octet_options(), RE2::UNANCHORED);
  for (const Pattern& pattern : patterns) {
    std::string error;
    if (set->Add(pattern.expression, &error) < 0) {
      return std::unexpected(pattern.id + ": " + error);
    }
  }
  if (!set->Compile()) return std::unexpected("RE2 has no room for so many patterns");
  PatternSet::Compiled compiled;
  compiled.set = std::make_shared<Re2Set>(std::move(patterns), std::move(set));
  return compiled;
}

std::optional<std::string> expression_fault(const std::string& expression) {
  const RE2 compiled(expression, octet_options());
  if (!compiled.ok()) return compiled.error();
  if (RE2::PartialMatch("", compiled)) return "it matches an empty text, and so every text";
  return std::nullopt;
}

}  // namespace haetae::list
