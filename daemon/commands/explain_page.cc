#include "daemon/commands/explain_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstring>
#include <fstream>
#include <vector>

#include "base/bytes.h"
#include "content/body_text.h"
#include "proxy/page_labels.h"
#include "proxy/phrase_sink.h"

namespace haetae::daemon {
namespace {

namespace json = boost::json;

// A page beyond that is none that a person saved.
constexpr std::size_t kPageBytesMax = 64 * 1024 * 1024;

// What counted for one category that at least one phrase accuses, the heaviest first.
struct Counted {
  const policy::Category* category;
  policy::CategoryId id;
  int points = 0;
  struct Row {
    const list::Phrase* phrase;
    int points;
    bool twice;
  };
  std::vector<Row> rows;
};

std::vector<Counted> by_category(const list::PhraseScan& scan, const policy::Policy& policy) {
  std::vector<Counted> categories;
  for (const list::PhraseScan::Counted& one : scan.counted()) {
    const list::Phrase& phrase = scan.set().phrases()[one.phrase];
    auto category = std::ranges::find(categories, phrase.category, &Counted::id);
    if (category == categories.end()) {
      categories.push_back({&policy.categories[phrase.category], phrase.category, 0, {}});
      category = categories.end() - 1;
    }
    const int points = phrase.weight * (one.twice ? 2 : 1);
    category->points += points;
    category->rows.push_back({&phrase, points, one.twice});
  }
  const auto heavier = [](const Counted::Row& a, const Counted::Row& b) {
    return a.points > b.points;
  };
  for (Counted& category : categories) std::ranges::stable_sort(category.rows, heavier);
  std::erase_if(categories,
                [](const Counted& category) { return category.rows.front().points < 0; });
  std::ranges::stable_sort(categories, std::ranges::greater(), &Counted::points);
  return categories;
}

bool leads_to_help(const Explanation& explanation, policy::CategoryId category) {
  return category < policy::kCategoriesMax && explanation.policy.help_categories.test(category);
}

// The labels that are there, as people read them: "adult", "age 18".
std::vector<std::string> words_of(const policy::PageLabels& labels) {
  std::vector<std::string> words;
  if (labels.adult) words.emplace_back(to_text(policy::SelfLabel::Adult));
  if (labels.violence) words.emplace_back(to_text(policy::SelfLabel::Violence));
  if (labels.drugs) words.emplace_back(to_text(policy::SelfLabel::Drugs));
  if (labels.gambling) words.emplace_back(to_text(policy::SelfLabel::Gambling));
  if (labels.age != policy::PageLabels::kNoAge) {
    words.push_back(fmt::format("{} {}", to_text(policy::SelfLabel::Age), labels.age));
  }
  return words;
}

// What a category's points come to in this profile.
std::string_view weight_of(const Explanation& explanation, const Counted& category) {
  if (leads_to_help(explanation, category.id)) return "never blocks, leads to help";
  if (!explanation.profile.blocked.test(category.id)) return "not blocked by this profile";
  return category.points >= explanation.profile.page_threshold ? "enough to block" : "not enough";
}

}  // namespace

std::expected<SavedPage, std::string> SavedPage::read(
    const std::filesystem::path& file, std::shared_ptr<const list::PhraseSet> phrases) {
  std::ifstream in(file, std::ios::binary);
  std::string octets(kPageBytesMax, '\0');
  in.read(octets.data(), static_cast<std::streamsize>(octets.size()));
  if (!in.is_open() || in.bad()) {
    return std::unexpected(
        fmt::format("{} cannot be read: {}", file.string(), std::strerror(errno)));
  }
  octets.resize(static_cast<std::size_t>(in.gcount()));

  SavedPage page;
  if (phrases != nullptr) page.scan_ = std::make_unique<list::PhraseScan>(std::move(phrases));
  proxy::PhraseSink sink(page.scan_.get());
  content::DecoderBudget budget(kPageBytesMax);
  content::BodyText text(budget);
  const auto room = std::make_unique<content::BodyRoom>();
  const Bytes head = as_bytes(octets).first(std::min(octets.size(), content::kSniffedBytesMax));
  if (!content::sniff_form(head) || !text.start("", {})) {
    return std::unexpected(fmt::format(
        "{} is nothing that people read as text: save the page as HTML or text, not packed",
        file.string()));
  }
  text.feed(as_bytes(octets), *room, sink);
  text.finish(*room, sink);
  page.labels_ = proxy::labels_of(text.labels());
  if (page.scan_ != nullptr) {
    page.scan_->finish();
    page.score_ = page.scan_->score();
  }
  return page;
}

void SavedPage::write_text(const Explanation& explanation, std::string& out) const {
  for (const std::string& label : words_of(labels_)) {
    out += fmt::format("  label     the page calls itself: {}\n", label);
  }
  if (scan_ == nullptr) return;
  const std::vector<Counted> categories = by_category(*scan_, explanation.policy);
  if (categories.empty()) out += "  phrases   none that accuses\n";
  for (const Counted& category : categories) {
    out +=
        fmt::format("  phrases   {}: {} points of {}, {}\n", category.category->id, category.points,
                    explanation.profile.page_threshold, weight_of(explanation, category));
    if (leads_to_help(explanation, category.id)) continue;
    for (const Counted::Row& row : category.rows) {
      out += fmt::format("            {:+5} {}{}\n", row.points, row.phrase->id,
                         row.twice ? " (in a title, too)" : "");
    }
  }
}

std::string SavedPage::json(const Explanation& explanation) const {
  json::array labels;
  for (const std::string& label : words_of(labels_)) labels.emplace_back(label);
  json::array categories;
  for (const Counted& category :
       scan_ == nullptr ? std::vector<Counted>{} : by_category(*scan_, explanation.policy)) {
    json::array phrases;
    for (const Counted::Row& row : category.rows) {
      if (leads_to_help(explanation, category.id)) break;
      phrases.push_back({{"phrase", row.phrase->id}, {"points", row.points}});
    }
    categories.push_back({{"category", category.category->id},
                          {"points", category.points},
                          {"phrases", std::move(phrases)}});
  }
  return json::serialize(json::object{{"threshold", explanation.profile.page_threshold},
                                      {"labels", std::move(labels)},
                                      {"categories", std::move(categories)}});
}

}  // namespace haetae::daemon
