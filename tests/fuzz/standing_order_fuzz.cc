// Any words of a guardian: they are carried out or refused with a reason, and what they change is
// what a journal keeps.
#include <memory>
#include <string>
#include <vector>

#include "base/assert.h"
#include "base/bytes.h"
#include "list/image_builder.h"
#include "standing/journal.h"
#include "standing/order.h"
#include "standing/overview.h"
#include "standing/publish.h"

namespace {

using namespace haetae;

std::shared_ptr<const policy::Policy> make_policy() {
  list::ImageBuilder builder({1, 2});
  auto image = list::Image::from_bytes(*builder.to_bytes());
  auto policy = std::make_shared<policy::Policy>(list::Lists(*image, nullptr));
  policy->generation = 1;
  policy->zone = *policy::TimeZone::load("Europe/Berlin");
  policy->services = {{"youtube"}};
  policy->categories = {{.id = "games"}};
  policy::ScheduleRow row;
  row.windows = {{21 * 60, 7 * 60}};
  for (const char* const name : {"minji", "jun"}) {
    policy::Profile profile;
    profile.name = name;
    profile.bedtime = policy::Schedule({row});
    policy->profiles.push_back(std::move(profile));
  }
  return policy;
}

const standing::Catalogue& catalogue() {
  static const standing::Catalogue made = [] {
    config::Loaded loaded;
    loaded.config.profiles = {{.name = "minji"}, {.name = "jun"}};
    haetae::config::Rules rules;
    rules.services = {{.id = "youtube"}};
    rules.categories = {{.id = "games"}};
    loaded.rules = std::make_shared<const haetae::config::Rules>(std::move(rules));
    return standing::Catalogue(make_policy(), loaded);
  }();
  return made;
}

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  while (!line.empty()) {
    const std::size_t end = std::min(line.find(' '), line.size());
    words.emplace_back(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return words;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using std::chrono::hours;
  standing::Book book;
  standing::Moment now{Time(hours(24 * 365 * 56)), hours(1), 7};
  std::string_view text = as_text({data, size});
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::vector<std::string> words = words_of(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (words.empty()) continue;
    const std::string command = words.front();
    words.erase(words.begin());
    const auto done = standing::carry_out({catalogue(), book, now}, command, words);
    if (!done) {
      HAETAE_ASSERT(!done.error().message.empty());
      continue;
    }
    HAETAE_ASSERT(!done->said.empty());
    std::string journal = standing::whole_journal(book);
    for (const standing::Change& change : done->changes) apply(book, change);
    if (!done->changes.empty()) journal += standing::journal_record(done->changes);
    const standing::JournalRead read = standing::read_journal(journal);
    HAETAE_ASSERT(read.fault.empty() && read.book == book);
    const policy::Policy& policy = catalogue().policy();
    (void)standing::publish(book, policy, now);
    HAETAE_ASSERT(!status_lines(standing::overview(book, policy, now), policy.zone).empty());
    now.wall += minutes(1);
    now.since_boot += minutes(1);
  }
  return 0;
}
