#include "proxy/body_scan.h"

#include <algorithm>
#include <optional>
#include <string>

#include "list/phrase_scan.h"
#include "policy/page.h"
#include "proxy/page_labels.h"
#include "proxy/phrase_sink.h"
#include "proxy/scan_limits.h"

namespace haetae::proxy {
namespace {

using content::BodyEnd;
using inspect::Seen;
using inspect::Unread;

}  // namespace

// What one body takes, lent from one to the next.
struct PageScans::Work {
  explicit Work(content::DecoderBudget& budget) noexcept : text(budget) {}

  content::BodyText text;
  std::optional<list::PhraseScan> phrases;  // none where the policy has no phrases
  std::string path;

  PhraseSink sink() noexcept { return PhraseSink(phrases ? &*phrases : nullptr); }
};

class PageScans::Scan final : public BodyScan {
 public:
  Scan(PageScans& owner, const Seen& request) : owner_(owner), seen_(request) {
    seen_.kind = policy::Kind::HttpBody;
    seen_.target = seen_.path = {};
    place_ = owner_.active_.size();
    owner_.active_.push_back(this);
  }
  ~Scan() override {
    owner_.forget(*this);
    if (work_ != nullptr) owner_.give_back(std::move(work_));
  }
  Scan(const Scan&) = delete;
  Scan& operator=(const Scan&) = delete;

  // There is no room to look at it. False: it passes all the same.
  bool begin_without_room() noexcept {
    scanned_ = cannot_decide(Unread::NoRoom);
    return scanned_ == Scanned::Blocked;
  }

  // False: it is nothing that people read.
  bool begin(std::unique_ptr<Work> work, const ResponseFacts& facts) {
    work_ = std::move(work);
    const std::optional<content::Codings> codings = content::read_codings(facts.content_encoding);
    // Browsers show a body whose coding they do not know as it is.
    has_unknown_coding_ = !codings;
    if (!work_->text.start(facts.content_type, codings.value_or(content::Codings{}))) return false;
    if (work_->phrases) work_->phrases->start();
    work_->path = as_text(facts.seen.path).substr(0, limits::kScannedPathBytesMax);
    seen_.path = as_bytes(work_->path);
    return true;
  }

  Scanned feed(Bytes octets) noexcept override {
    if (scanned_ != Scanned::Undecided) return scanned_;
    PhraseSink sink = work_->sink();
    while (!octets.empty() && scanned_ == Scanned::Undecided) {
      const Bytes slice = octets.first(std::min(octets.size(), limits::kScanSliceBytes));
      octets = octets.subspan(slice.size());
      raw_bytes_ += slice.size();
      scanned_ = after(work_->text.feed(slice, *owner_.room_, sink));
    }
    return scanned_;
  }

  Scanned judge_so_far() noexcept override {
    if (scanned_ == Scanned::Undecided && is_blocked_now()) scanned_ = Scanned::Blocked;
    return scanned_;
  }

  Scanned finish() noexcept override {
    if (scanned_ == Scanned::Undecided) {
      // What comes after a body that was cut, nobody gets to see.
      scanned_ = judge_whole();
    }
    return scanned_;
  }

  const policy::Verdict& verdict() const noexcept override { return seen_.verdict; }

 private:
  friend class PageScans;

  Scanned after(BodyEnd end) noexcept {
    switch (end) {
      case BodyEnd::NeedMore: return so_far();
      case BodyEnd::Done: return judge_whole();
      case BodyEnd::NotText: return Scanned::Clean;
      case BodyEnd::Corrupt: return judge_rest(Unread::Malformed);
      case BodyEnd::TooLarge: return judge_rest(Unread::TooLong);
    }
    return Scanned::Clean;
  }

  Scanned so_far() noexcept {
    if (work_->text.read_bytes() >= limits::kScannedBytesMax) return judge_all();
    const bool has_new_label = work_->text.labels().any() && !has_labels_;
    has_labels_ = has_labels_ || has_new_label;
    if (!has_new_label && raw_bytes_ < judged_bytes_ + limits::kHeldPageBytes) {
      return Scanned::Undecided;
    }
    judged_bytes_ = raw_bytes_;
    return is_blocked_now() ? Scanned::Blocked : Scanned::Undecided;
  }

  // The body has ended.
  Scanned judge_whole() noexcept {
    PhraseSink sink = work_->sink();
    work_->text.finish(*owner_.room_, sink);
    return judge_all();
  }

  // No more is read.
  Scanned judge_all() noexcept {
    if (work_->phrases) work_->phrases->finish();
    if (is_blocked_now()) return Scanned::Blocked;
    if (has_unknown_coding_) return cannot_decide(Unread::Malformed);
    if (seen_.verdict.watched) owner_.judge_.judge().record(seen_);
    return Scanned::Clean;
  }

  Scanned judge_rest(Unread why) noexcept {
    if (work_->phrases) work_->phrases->finish();
    return is_blocked_now() ? Scanned::Blocked : cannot_decide(why);
  }

  bool is_blocked_now() noexcept {
    inspect::Judge& judge = owner_.judge_.judge();
    // After a reload that changed the phrases these speak of another policy's categories.
    const bool has_its_phrases =
        work_->phrases && &work_->phrases->set() == judge.policy().phrases().get();
    judge.judge_page(seen_, {.phrases = has_its_phrases ? &work_->phrases->score() : nullptr,
                             .labels = labels_of(work_->text.labels())});
    if (seen_.verdict.action != policy::Action::Block) return false;
    judge.record(seen_);
    return true;
  }

  Scanned cannot_decide(Unread why) noexcept {
    owner_.counters_.bodies_undecidable.add();
    inspect::Judge& judge = owner_.judge_.judge();
    judge.begin();
    judge.consider_unread(seen_, why);
    const bool is_blocked = seen_.verdict.action == policy::Action::Block;
    if (is_blocked || seen_.verdict.watched) judge.record(seen_);
    return is_blocked ? Scanned::Blocked : Scanned::Clean;
  }

  PageScans& owner_;
  Seen seen_;
  std::unique_ptr<Work> work_;
  std::size_t place_ = 0;  // in owner_.active_
  std::uint64_t raw_bytes_ = 0;
  std::uint64_t judged_bytes_ = 0;
  bool has_labels_ = false;
  bool has_unknown_coding_ = false;
  Scanned scanned_ = Scanned::Undecided;
};

PageScans::PageScans(RequestJudge& judge, Counters& counters)
    : judge_(judge),
      counters_(counters),
      budget_(limits::kDecodersBytesMax),
      room_(std::make_unique<content::BodyRoom>()) {
  kept_.reserve(limits::kBodyScansKept);
  active_.reserve(limits::kBodyScansMax);
}

PageScans::~PageScans() = default;

std::unique_ptr<BodyScan> PageScans::begin(const ResponseFacts& facts) noexcept {
  // Most of what passes is no text, and that is the cheaper question.
  if (!content::is_no_media_type(facts.content_type) &&
      !content::read_media_type(facts.content_type)) {
    return nullptr;
  }
  if (!judge_.judge().page_matters(facts.seen)) return nullptr;
  if (!has_room_for(facts.seen.client.address)) {
    if (active_.size() >= limits::kBodyScansMax) return nullptr;
    auto refused = std::make_unique<Scan>(*this, facts.seen);
    return refused->begin_without_room() ? std::move(refused) : nullptr;
  }
  auto scan = std::make_unique<Scan>(*this, facts.seen);
  return scan->begin(take_work(), facts) ? std::move(scan) : nullptr;
}

bool PageScans::has_room_for(const IpAddress& client) const noexcept {
  if (active_.size() < limits::kBodyScansMax / 4) return true;
  if (active_.size() >= limits::kBodyScansMax) return false;
  const auto is_of_client = [&](const Scan* scan) { return scan->seen_.client.address == client; };
  return std::count_if(active_.begin(), active_.end(), is_of_client) <
         static_cast<std::ptrdiff_t>(limits::kBodyScansOfClientMax);
}

std::unique_ptr<PageScans::Work> PageScans::take_work() {
  std::unique_ptr<Work> work;
  if (kept_.empty()) {
    work = std::make_unique<Work>(budget_);
  } else {
    work = std::move(kept_.back());
    kept_.pop_back();
  }
  const std::shared_ptr<const list::PhraseSet>& set = judge_.judge().policy().phrases();
  const list::PhraseSet* const has = work->phrases ? &work->phrases->set() : nullptr;
  if (has != set.get()) {
    kept_.clear();  // nobody else is to hold the phrases of a policy that is gone
    work->phrases.reset();
    if (set != nullptr) work->phrases.emplace(set);
  }
  return work;
}

void PageScans::give_back(std::unique_ptr<Work> work) noexcept {
  work->text.stop();
  if (kept_.size() < kept_.capacity()) kept_.push_back(std::move(work));
}

void PageScans::forget(const Scan& scan) noexcept {
  Scan* const last = active_.back();
  active_.pop_back();
  if (last == &scan) return;
  active_[scan.place_] = last;
  last->place_ = scan.place_;
}

}  // namespace haetae::proxy
