#include "list/stored_octets.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <vector>

#include "base/assert.h"
#include "base/limits.h"
#include "list/source_reader.h"

namespace haetae::list {
namespace {

template <auto kFree>
struct Freed {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using File = std::unique_ptr<std::FILE, Freed<std::fclose>>;
using DigestState = std::unique_ptr<XXH3_state_t, Freed<XXH3_freeState>>;

std::string message_of(int error_number) {
  return std::generic_category().message(error_number);
}

}  // namespace

struct StoredOctets::Parts {
  std::string label;
  File file;
  Bytes memory;  // what is left of it, if there is no file
  DigestState state{XXH3_createState()};
  std::uint64_t count = 0;
};

StoredOctets::StoredOctets(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {
  HAETAE_ASSERT(parts_->state != nullptr && XXH3_64bits_reset(parts_->state.get()) == XXH_OK);
}

StoredOctets::~StoredOctets() = default;

std::expected<std::unique_ptr<StoredOctets>, std::string> StoredOctets::open(
    const std::filesystem::path& path) {
  const auto failed = [&path](std::string_view what) {
    return std::unexpected(fmt::format("{}: {}", path.string(), what));
  };
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) return failed("the list's file does not exist");
  // A pipe or device could keep the reader waiting for ever.
  if (!std::filesystem::is_regular_file(status)) return failed("not a file");
  auto parts = std::make_unique<Parts>();
  parts->label = path.string();
  parts->file.reset(std::fopen(path.c_str(), "rbe"));
  if (parts->file == nullptr) {
    return failed(fmt::format("the list cannot be read: {}", message_of(errno)));
  }
  std::setvbuf(parts->file.get(), nullptr, _IONBF, 0);  // chunks are read whole
  return std::unique_ptr<StoredOctets>(new StoredOctets(std::move(parts)));
}

std::unique_ptr<StoredOctets> StoredOctets::over(Bytes source) {
  auto parts = std::make_unique<Parts>();
  parts->label = "the list";
  parts->memory = source;
  return std::unique_ptr<StoredOctets>(new StoredOctets(std::move(parts)));
}

std::expected<std::size_t, std::string> StoredOctets::read(MutableBytes out) {
  std::size_t size = 0;
  if (parts_->file != nullptr) {
    std::FILE* const file = parts_->file.get();
    size = std::fread(out.data(), 1, out.size(), file);
    if (size == 0 && std::ferror(file) != 0) {
      return std::unexpected(
          fmt::format("{}: the list cannot be read: {}", parts_->label, message_of(errno)));
    }
  } else {
    size = std::min(out.size(), parts_->memory.size());
    std::copy_n(parts_->memory.begin(), size, out.begin());
    parts_->memory = parts_->memory.subspan(size);
  }
  parts_->count += size;
  XXH3_64bits_update(parts_->state.get(), out.data(), size);
  return size;
}

const std::string& StoredOctets::label() const noexcept {
  return parts_->label;
}

std::uint64_t StoredOctets::count() const noexcept {
  return parts_->count;
}

std::uint64_t StoredOctets::digest() const noexcept {
  return XXH3_64bits_digest(parts_->state.get());
}

std::uint64_t digest_of(Bytes bytes) noexcept {
  return XXH3_64bits(bytes.data(), bytes.size());
}

std::expected<std::uint64_t, std::string> digest_of_file(const std::filesystem::path& path) {
  const auto source = StoredOctets::open(path);
  if (!source) return std::unexpected(source.error());
  std::vector<std::uint8_t> chunk(limits::kListChunkBytes);
  while (true) {
    const auto size = (*source)->read(chunk);
    if (!size) return std::unexpected(size.error());
    if (*size == 0) return (*source)->digest();
  }
}

}  // namespace haetae::list
