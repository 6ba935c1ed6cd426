#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/shipped_rules.h"
#include "page/block_page.h"
#include "page/site.h"
#include "policy/scene.h"

namespace haetae::page {

inline const AskKey kKey{1, 2, 3};

// The site of a configuration with the shipped words. extra: more YAML for it; profile: of the one
// profile's.
inline Site site_of(std::string_view extra = {}, std::string_view profile = {}) {
  const std::string text = "profiles: {little: {" + std::string(profile) +
                           "}}\ndefault_profile: little\n" + std::string(extra);
  auto config = config::load_text(text, "home.yaml", config::test::shipped_rules());
  if (!config) throw std::runtime_error(to_text(config.error().front()));
  // Owned by shipped_rules() for as long as the program runs.
  const std::shared_ptr<const config::Rules> rules(std::shared_ptr<void>(),
                                                   &config::test::shipped_rules());
  return {std::make_shared<const config::Config>(std::move(*config)), rules, kKey};
}

inline constexpr std::string_view kHome =
    "site: {name: Kim family, timezone: Asia/Seoul, languages: [ko, en]}\n"
    "page: {listen: [\"127.0.0.1:8481\"]}\n";

inline const std::vector<std::string>& languages() {
  static const std::vector<std::string> all{"en", "ko", "es", "zh", "ja", "vi"};
  return all;
}

// What stands between tags, without the style.
inline std::string text_of_page(std::string_view html) {
  std::string text;
  bool in_tag = false;
  html.remove_prefix(std::min(html.find("</style>"), html.size()));
  for (const char c : html) {
    if (c == '<') in_tag = true;
    if (!in_tag) text += c;
    if (c == '>') in_tag = false;
  }
  return text;
}

// The first tag that is closed wrongly, or not at all; empty: the page is well-formed.
inline std::string badly_nested(std::string_view html) {
  std::vector<std::string> open;
  while (true) {
    const std::size_t start = html.find('<');
    if (start == std::string_view::npos) return open.empty() ? "" : "open: " + open.back();
    html.remove_prefix(start + 1);
    const std::size_t end = html.find('>');
    if (end == std::string_view::npos) return "a tag without an end";
    const std::string_view tag = html.substr(0, end);
    const std::string name(tag.substr(0, tag.find_first_of(" \n/", 1)));
    html.remove_prefix(end + 1);
    if (name == "!doctype" || name == "meta" || name == "input" || tag.ends_with('/')) continue;
    if (!tag.starts_with('/')) {
      open.push_back(name);
      continue;
    }
    const std::string closed(tag.substr(1));
    if (open.empty() || open.back() != closed) return "closes: " + closed;
    open.pop_back();
  }
}

// A blocked request of the scene's child, and the page that comes of it.
struct PageScene : policy::Scene {
  BlockFacts facts_of(std::string_view name, Time now = policy::kNoon) {
    return facts_of_request(name, "", now);
  }
  // "host/path".
  BlockFacts facts_of_url(std::string_view url) {
    const std::size_t slash = url.find('/');
    return facts_of_request(url.substr(0, slash), url.substr(slash), policy::kNoon);
  }
  BlockFacts facts_of_request(std::string_view name, std::string_view path, Time now) {
    made = maker.make();
    policy::Scratch scratch(*made);
    const Name asked = name_of(std::string(name).c_str());
    const list::UrlName url = list::url_name(asked, path);
    policy::Request request{
        .who = {.device = 0, .profile = child}, .kind = policy::Kind::DnsName, .now = now};
    request.name = &asked;
    if (!path.empty()) {
      request.kind = policy::Kind::HttpUrl;
      request.url = &url;
      request.path = path;
    }
    verdict = policy::decide(*made, standing, request, scratch);
    return block_facts({*made, standing, request, verdict}, scratch);
  }

  policy::Verdict verdict;
};

}  // namespace haetae::page
