#include "list/hyperscan_engine.h"

#include <hs/hs.h>

#include <cstdlib>

#include "list/pattern_cache.h"

namespace haetae::list {
namespace {

// Found by experiment: 5.4.0's literal API (hs_compile_lit*) can fail a scan with -13, so literals
// are escaped and go through the regex API. Letters are lower-cased on our side instead of
// HS_FLAG_CASELESS, so that both engines fold exactly the same letters. SINGLEMATCH: once is
// enough.
constexpr unsigned kFlags = HS_FLAG_SINGLEMATCH;

struct FreeDatabase {
  void operator()(hs_database_t* database) const noexcept { hs_free_database(database); }
};
struct FreeScratch {
  void operator()(hs_scratch_t* scratch) const noexcept { hs_free_scratch(scratch); }
};
using Database = std::unique_ptr<hs_database_t, FreeDatabase>;
using ScratchSpace = std::unique_ptr<hs_scratch_t, FreeScratch>;

class HyperscanScratch final : public PatternEngine::Scratch {
 public:
  HyperscanScratch(std::size_t expressions, ScratchSpace space)
      : Scratch(expressions), space_(std::move(space)) {}
  hs_scratch_t* space() noexcept { return space_.get(); }
  using Scratch::clear;
  static int on_match(unsigned id, unsigned long long, unsigned long long, unsigned,
                      void* scratch) noexcept {
    static_cast<HyperscanScratch*>(scratch)->add(static_cast<std::uint16_t>(id));
    return 0;
  }

 private:
  ScratchSpace space_;
};

class HyperscanEngine final : public PatternEngine {
 public:
  HyperscanEngine(Database database, ScratchSpace prototype, std::size_t expressions)
      : database_(std::move(database)),
        prototype_(std::move(prototype)),
        expressions_(expressions) {}

  std::unique_ptr<Scratch> make_scratch() const override {
    hs_scratch_t* space = nullptr;
    if (hs_clone_scratch(prototype_.get(), &space) != HS_SUCCESS) throw std::bad_alloc();
    return std::make_unique<HyperscanScratch>(expressions_, ScratchSpace(space));
  }

  bool find(std::string_view text, Scratch& scratch) const noexcept override {
    auto& own = static_cast<HyperscanScratch&>(scratch);
    own.clear();
    return hs_scan(database_.get(), text.data(), static_cast<unsigned>(text.size()), 0, own.space(),
                   &HyperscanScratch::on_match, &own) == HS_SUCCESS;
  }

 private:
  Database database_;
  ScratchSpace prototype_;
  std::size_t expressions_;
};

std::expected<Database, EngineFault> compile_database(const std::vector<std::string>& expressions) {
  std::vector<const char*> texts;
  std::vector<unsigned> ids;
  for (const std::string& expression : expressions) {
    ids.push_back(static_cast<unsigned>(ids.size()));
    texts.push_back(expression.c_str());
  }
  const std::vector<unsigned> flags(expressions.size(), kFlags);
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  const hs_error_t result =
      hs_compile_multi(texts.data(), flags.data(), ids.data(), static_cast<unsigned>(texts.size()),
                       HS_MODE_BLOCK, nullptr, &database, &error);
  if (result == HS_SUCCESS) return Database(database);
  EngineFault fault{EngineFault::kNoExpression, "Hyperscan cannot compile the patterns"};
  if (error != nullptr) {
    if (error->expression >= 0) fault.expression = static_cast<std::size_t>(error->expression);
    fault.message = error->message;
    hs_free_compile_error(error);
  }
  return std::unexpected(std::move(fault));
}

// Everything that a compiled database depends on.
std::string cache_identity(const std::vector<std::string>& expressions) {
  hs_platform_info_t platform{};
  hs_populate_platform(&platform);
  std::string identity = std::string("hyperscan ") + hs_version();
  for (const unsigned long long part : {static_cast<unsigned long long>(platform.tune),
                                        static_cast<unsigned long long>(platform.cpu_features),
                                        static_cast<unsigned long long>(kFlags)}) {
    identity += ' ' + std::to_string(part);
  }
  for (const std::string& expression : expressions) {
    identity += '\n' + std::to_string(expression.size()) + ' ' + expression;
  }
  return identity;
}

Database load(const PatternCache& cache) {
  const auto bytes = cache.read();
  hs_database_t* database = nullptr;
  if (!bytes || hs_deserialize_database(bytes->data(), bytes->size(), &database) != HS_SUCCESS) {
    return nullptr;
  }
  return Database(database);
}

std::string store(const PatternCache& cache, const hs_database_t* database) {
  char* bytes = nullptr;
  std::size_t size = 0;
  if (hs_serialize_database(database, &bytes, &size) != HS_SUCCESS) {
    return "Hyperscan cannot write its database down";
  }
  const std::unique_ptr<char, decltype(&std::free)> owner(bytes, &std::free);
  const auto written = cache.write({bytes, size});
  return written ? std::string() : written.error();
}

std::expected<std::unique_ptr<const PatternEngine>, EngineFault> with_scratch(
    Database database, std::size_t expressions) {
  hs_scratch_t* space = nullptr;
  if (hs_alloc_scratch(database.get(), &space) != HS_SUCCESS) {
    return std::unexpected(
        EngineFault{EngineFault::kNoExpression, "Hyperscan cannot make room for scans"});
  }
  return std::make_unique<HyperscanEngine>(std::move(database), ScratchSpace(space), expressions);
}

}  // namespace

bool hyperscan_runs_here() noexcept {
  return hs_valid_platform() == HS_SUCCESS;
}

std::expected<EngineBuild, EngineFault> compile_hyperscan(
    const std::vector<std::string>& expressions, const DatabaseCache& cache) {
  const PatternCache file(cache.folder, cache_identity(expressions));
  EngineBuild build;
  Database database = cache.may_read ? load(file) : nullptr;
  build.from_cache = database != nullptr;
  if (!build.from_cache) {
    auto compiled = compile_database(expressions);
    if (!compiled) return std::unexpected(std::move(compiled.error()));
    database = std::move(*compiled);
    if (!cache.folder.empty()) build.cache_warning = store(file, database.get());
  }
  auto engine = with_scratch(std::move(database), expressions.size());
  if (!engine) return std::unexpected(std::move(engine.error()));
  build.engine = std::move(*engine);
  return build;
}

}  // namespace haetae::list
