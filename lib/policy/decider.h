#pragma once

#include <array>
#include <optional>
#include <span>

#include "policy/decide.h"
#include "policy/page.h"

namespace haetae::policy {

// What the grants say of one thing now.
struct Cover {
  bool holds = false;  // a grant covers it now
  Time edge = kNever;  // the next moment at which one of them starts or ends
};

// One decision on its way through the steps. A step either settles the verdict and returns true, or
// returns false and leaves the case to the next one. Whatever it asked of time it notes, settled or
// not: the earliest noted moment is the verdict's valid_until. Internal to decide.cc, shape.cc,
// grants.cc, page.cc, paths.cc and patterns.cc.
class Decider {
 public:
  struct Case {
    const Policy& policy;
    const Standing& standing;
    const Request& request;
    NameFacts& facts;
    Scratch* scratch;  // null: schedules are worked out afresh, patterns are not asked
  };
  explicit Decider(const Case& asked) noexcept;

  Verdict decide() noexcept;
  Verdict decide_in_answer() noexcept;
  Verdict decide_unknown_subject() noexcept;
  Verdict decide_presence() noexcept;
  Verdict decide_page(const PageFacts& page) noexcept;
  bool page_matters() noexcept;
  bool is_silent() noexcept;

 private:
  // The steps, in the order of decide() and decide_in_answer().
  bool rebinding() noexcept;
  bool covered(Reach by) noexcept;
  bool locked() noexcept;
  bool house_or_help() noexcept;
  bool paused() noexcept;
  bool focus() noexcept;
  bool bedtime() noexcept;
  bool total_quota() noexcept;
  bool granted() noexcept;
  bool guardians_word() noexcept;
  bool bypass() noexcept;
  bool services() noexcept;
  bool categories() noexcept;
  bool patterns() noexcept;
  bool page() noexcept;
  bool unknown() noexcept;
  bool nothing_matched() noexcept;

  // How steps settle the verdict.
  bool allow(Reason reason) noexcept;
  bool block(Reason reason) noexcept;
  bool settle(Action action, Reason reason, const Mark& mark) noexcept;
  bool block_by_list(Reason reason, ListId list, bool is_watched) noexcept;

  // What steps ask.
  enum class Ruling : std::uint8_t { Silent, Allow, BlockRule, BlockQuota };
  Ruling rule_service(ServiceId service) noexcept;
  bool service_used_up(ServiceId service) noexcept;
  bool in_focus() noexcept;
  bool reachable_in_focus() const noexcept;
  bool focus_opens_nothing() const noexcept;
  bool is_known() const noexcept;
  const Mark* nearest_guardians_mark() const noexcept;
  bool mark_counts(const Mark& mark) const noexcept {
    return !mark.exact || facts_.marks_whole_name;
  }
  bool is_in_answer() const noexcept { return request_.kind == Kind::DnsAnswer; }
  Outcome outcome_of_subject() const noexcept;
  Outcome outcome_of_host() const noexcept;
  // All that the lists say of the name or address, edits applied; in room, or in the image.
  using Elements = std::array<list::Element, list::Delta::kElementsMax>;
  std::span<const list::Element> elements_of_subject(Elements& room) const noexcept;
  std::span<const list::Element> elements_of_host(Elements& room) const noexcept;
  std::size_t elements_at(const Name& name, std::size_t last,
                          std::span<list::Element> room) const noexcept;
  // The same of a URL's path alone (paths.cc).
  std::size_t elements_of_path(std::span<list::Element> room) const noexcept;
  Outcome with_path(Outcome outcome) const noexcept;
  // Patterns (patterns.cc). is_wanted: whether they could say anything to this profile.
  bool is_wanted(list::PatternText text) const noexcept;
  bool accuse(list::PatternText text, const list::PatternScore& score, bool& is_granted) noexcept;
  const list::PatternScore& score_of_host() noexcept;
  list::PatternScore score_of_url() noexcept;
  // Of what is searched for; null if the URL is no search.
  const list::PatternScore* score_of_search() noexcept;
  list::PatternScore scan(list::PatternText text, std::string_view what) noexcept;

  // Pages (page.cc).
  bool is_settled_before_page() noexcept;
  bool accused_by_label(bool& is_granted) noexcept;
  bool accused_by_phrases(bool& is_granted) noexcept;
  // Whether the profile blocks the category; one that a grant lifts is noted.
  bool is_blocked(CategoryId category, bool& is_granted) noexcept;

  // Time. Notes the edge of what is asked.
  void note(Time edge) noexcept { edge_ = edge < edge_ ? edge : edge_; }
  bool clock_is_credible() const noexcept { return request_.now >= kClockCredibleFrom; }
  bool schedule_active(const Schedule& schedule, Scratch::KnownState* known,
                       bool stricter) noexcept;

  // Grants (grants.cc). A grant that holds makes the answer short.
  bool lifted(GrantSubject subject) noexcept;  // Bedtime, Quota
  bool name_granted(Time made_after) noexcept;
  bool category_granted(CategoryId category) noexcept;
  bool safe_search_lifted() noexcept;
  bool take(const Cover& cover) noexcept;
  template <typename Concerns>
  Cover cover_of(const Concerns& concerns) const noexcept;
  bool grant_names(const Grant& grant) const noexcept;
  Categories categories_of_subject() const noexcept;

  // The duties of an Allow (shape.cc).
  Verdict shape() noexcept;
  void lead_to_help() noexcept;
  void lead_page_to_help() noexcept;
  void watch() noexcept;
  void rewrite_search() noexcept;
  void cap_ttl() noexcept;
  Reach reach() const noexcept;

  const Policy& policy_;
  const Profile& profile_;
  const ProfileStanding* standing_;  // null: nothing is on
  std::span<const Grant> grants_;    // of the profile
  const Request& request_;
  NameFacts& facts_;
  Scratch* scratch_;
  Scratch::ProfileStates* states_;  // null without scratch
  std::span<const Mark> marks_;     // nearest first
  Outcome outcome_;
  bool search_known_ = false;  // search_score_ was worked out
  std::optional<list::PatternScore> search_score_;
  const PageFacts* page_ = nullptr;  // of a page that is judged

  Verdict verdict_;
  std::optional<Verdict> watched_;  // what a list in mode watch would have done
  Time edge_ = kNever;
  bool short_answer_ = false;
  bool granted_by_name_ = false;  // a grant means this name or its service, not only its category
};

}  // namespace haetae::policy
