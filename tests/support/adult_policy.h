#pragma once

#include <memory>

#include "base/assert.h"
#include "list/image_builder.h"
#include "policy/policy.h"

namespace haetae::test {

// A policy for fuzzers and benchmarks, which need little of one: a profile for whom one list of
// category adult counts. add(builder, list): the list's rules.
template <typename Add>
std::shared_ptr<policy::Policy> adult_policy(Add add) {
  list::ImageBuilder builder({11, 22});
  const list::ListId adult = builder.add_list({"adult-one", "adult", 0, 1});
  add(builder, adult);
  auto image = list::Image::from_bytes(*builder.to_bytes());
  HAETAE_ASSERT(image.has_value());
  auto policy = std::make_shared<policy::Policy>(list::Lists(*image, nullptr));
  policy->generation = 1;
  policy->categories = {{"adult", policy::CategoryKind::Harm, false}};
  policy->lists.resize(1);
  policy->lists[0].category = 0;
  policy->profiles.resize(1);
  policy->profiles[0].blocked.set(0);
  policy->profiles[0].lists = {true};
  policy->mark_spans.assign(1, {});
  policy::fill_outcomes(*policy);
  return policy;
}

}  // namespace haetae::test
