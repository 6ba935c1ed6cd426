#include "content/self_labels.h"

#include <algorithm>

#include "base/ascii_text.h"

namespace haetae::content {
namespace {

constexpr bool is_in_word(char c) noexcept {
  c = ascii_lower(c);
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

// Where the words stand in the text, in letters of either case; npos if they do not.
std::size_t find_text(std::string_view text, std::string_view words) noexcept {
  const auto is_same = [](char a, char b) { return ascii_lower(a) == ascii_lower(b); };
  const auto at = std::search(text.begin(), text.end(), words.begin(), words.end(), is_same);
  if (at == text.end()) return std::string_view::npos;
  return static_cast<std::size_t>(at - text.begin());
}

bool has_text(std::string_view text, std::string_view words) noexcept {
  return find_text(text, words) != std::string_view::npos;
}

// The next run of letters and digits; empty at the end.
std::string_view take_word(std::string_view& text) noexcept {
  const auto start = std::find_if(text.begin(), text.end(), is_in_word);
  const auto end = std::find_if_not(start, text.end(), is_in_word);
  const std::string_view word(start, end);
  text = std::string_view(end, text.end());
  return word;
}

// RTA-5042-1996-1400-1577-RTA is the same on every page in the world.
void read_rta(std::string_view content, SelfLabels& labels) noexcept {
  labels.rta = labels.rta || has_text(content, "RTA-5042-1996-1400-1577-RTA");
}

void read_rating(std::string_view content, SelfLabels& labels) noexcept {
  constexpr std::string_view kForAdults[] = {"adult", "mature", "restricted", "xxx", "18", "r18"};
  read_rta(content, labels);
  std::string_view rest = content;
  while (true) {
    const std::string_view word = take_word(rest);
    if (word.empty()) return;
    const auto is_word = [&](std::string_view other) { return is_same_word(word, other); };
    if (std::any_of(std::begin(kForAdults), std::end(kForAdults), is_word)) {
      labels.adult_rating = true;
    }
  }
}

// "age=18 hash: … v=1.0 kind=sl protocol=all" (age-de.xml, version 3.0).
void read_age(std::string_view content, SelfLabels& labels) noexcept {
  constexpr int kAgeMax = 21;
  const std::size_t at = find_text(content, "age");
  if (at == std::string_view::npos) return;
  content.remove_prefix(at + 3);
  while (content.starts_with(' ')) content.remove_prefix(1);
  if (!content.starts_with('=') && !content.starts_with(':')) return;
  content.remove_prefix(1);
  const std::string_view word = take_word(content);
  if (word.empty() || word.size() > 2 || !std::all_of(word.begin(), word.end(), is_digit)) return;
  const int age = word.size() == 1 ? word[0] - '0' : (word[0] - '0') * 10 + (word[1] - '0');
  if (age > kAgeMax) return;
  const bool is_told = labels.age != SelfLabels::kNoAge;
  labels.age = std::max(static_cast<std::uint8_t>(age), is_told ? labels.age : std::uint8_t{0});
}

struct IcraCodes {
  bool is_sexual = false, is_excused = false, is_violent = false, is_drugs = false,
       is_gambling = false;
};

// One descriptor of the vocabulary of 2000, which PICS labels speak (www.icra.org/ratingsv02.html).
void read_icra_code(std::string_view code, IcraCodes& codes) noexcept {
  const auto is_one_of = [code](std::string_view list) {
    while (!list.empty()) {
      if (is_same_word(take_until(list, ' '), code)) return true;
    }
    return false;
  };
  if (is_one_of("na nb nc nf")) codes.is_sexual = true;
  if (is_one_of("nr ns nt")) codes.is_excused = true;
  if (is_one_of("va vb vc ve vf")) codes.is_violent = true;
  if (is_one_of("oc")) codes.is_drugs = true;
  if (is_one_of("od")) codes.is_gambling = true;
}

void read_icra(std::string_view ratings, SelfLabels& labels) noexcept {
  IcraCodes codes;
  while (true) {
    const std::string_view code = take_word(ratings);
    if (code.empty()) break;
    if (code.size() != 2 || is_digit(code[0])) continue;
    std::string_view ahead = ratings;
    if (take_word(ahead) == "1") read_icra_code(code, codes);
  }
  labels.icra_sexual = labels.icra_sexual || (codes.is_sexual && !codes.is_excused);
  labels.icra_violence = labels.icra_violence || codes.is_violent;
  labels.icra_drugs = labels.icra_drugs || codes.is_drugs;
  labels.icra_gambling = labels.icra_gambling || codes.is_gambling;
}

// RSACi: levels from 0 to 4 of n(udity), s(ex), v(iolence), l(anguage).
void read_rsac(std::string_view ratings, SelfLabels& labels) noexcept {
  constexpr char kSexualLevel = '3', kViolentLevel = '3';
  while (true) {
    const std::string_view code = take_word(ratings);
    if (code.empty()) return;
    std::string_view ahead = ratings;
    const std::string_view level = take_word(ahead);
    if (code.size() != 1 || level.size() != 1 || !is_digit(level[0])) continue;
    const char letter = ascii_lower(code[0]);
    if ((letter == 'n' || letter == 's') && level[0] >= kSexualLevel) labels.icra_sexual = true;
    if (letter == 'v' && level[0] >= kViolentLevel) labels.icra_violence = true;
  }
}

// (PICS-1.1 "http://www.icra.org/ratingsv02.html" l gen true for "…" r (nz 1 vz 1) "http://…" …)
void read_pics(std::string_view content, SelfLabels& labels) noexcept {
  constexpr std::string_view kServices[] = {"icra.org/ratingsv02", "rsac.org/ratingsv01"};
  for (std::size_t i = 0; i < std::size(kServices); ++i) {
    const std::size_t at = find_text(content, kServices[i]);
    if (at == std::string_view::npos) continue;
    // The ratings are the first list in brackets behind the service.
    std::string_view ratings = content.substr(at);
    ratings.remove_prefix(std::min(ratings.find('('), ratings.size()));
    ratings = ratings.substr(0, ratings.find(')'));
    if (i == 0) {
      read_icra(ratings, labels);
    } else {
      read_rsac(ratings, labels);
    }
  }
}

}  // namespace

void read_self_label(std::string_view name, std::string_view content, SelfLabels& labels) noexcept {
  if (is_same_word(name, "rating")) return read_rating(content, labels);
  if (is_same_word(name, "pics-label")) return read_pics(content, labels);
  if (is_same_word(name, "age-de-meta-label") || is_same_word(name, "age-meta-label")) {
    return read_age(content, labels);
  }
}

}  // namespace haetae::content
