#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "list/database_cache.h"
#include "list/pattern_engine.h"

namespace haetae::list {

// The seam behind PhraseSet: plain strings, and every place of a text where one of them stands.
// Immutable, shared by all threads.
class LiteralFinder {
 public:
  // One worker's working memory for one finder.
  class Scratch {
   public:
    virtual ~Scratch() = default;
  };
  // Told of each occurrence, in no order.
  class Sink {
   public:
    virtual ~Sink() = default;
    // literal: its place among those that were compiled. end: the octet of the text behind it.
    virtual void on_literal(std::uint32_t literal, std::size_t end) noexcept = 0;
  };

  virtual ~LiteralFinder() = default;
  virtual EngineKind engine() const noexcept = 0;
  virtual std::unique_ptr<Scratch> make_scratch() const = 0;
  // scratch: of this finder. False if the engine failed; what it told is then not all.
  virtual bool find(std::string_view text, Scratch& scratch, Sink& sink) const noexcept = 0;
};

// A finder, and how it came to be.
struct FinderBuild {
  std::unique_ptr<const LiteralFinder> finder;
  bool from_cache = false;
  std::string cache_warning;  // why the cache could not be written; empty if all went well
};

// literals: distinct, none empty, one at least. Hyperscan, if the processor has what it needs.
// Error: a sentence that says what failed.
std::expected<FinderBuild, std::string> compile_literals(std::vector<std::string> literals,
                                                         EngineKind engine,
                                                         const DatabaseCache& cache);

}  // namespace haetae::list
