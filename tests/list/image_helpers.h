#pragma once

#include <gmock/gmock.h>

#include <memory>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "list/image.h"
#include "list/image_builder.h"

namespace haetae::list {

inline constexpr HashKey kTestKey{0x6861, 0x6574};

inline NameHashes hashes_of(const Name& name, const HashKey& key = kTestKey) {
  NameHashes hashes;
  hash_suffixes(name, key, hashes);
  return hashes;
}

inline Rule subtree(std::string_view name) {
  return {.name = name_of(name)};
}

inline Rule exact(std::string_view name) {
  return {.name = name_of(name), .scope = RuleScope::Exact};
}

inline std::shared_ptr<const Image> image_of(ImageBuilder& builder) {
  auto bytes = builder.to_bytes();
  HAETAE_ASSERT(bytes.has_value());
  auto image = Image::from_bytes(std::move(*bytes));
  HAETAE_ASSERT(image.has_value());
  return *image;
}

inline std::vector<Element> elements_of(const Image& image, SetId set) {
  const auto elements = image.elements(set);
  return {elements.begin(), elements.end()};
}

}  // namespace haetae::list
