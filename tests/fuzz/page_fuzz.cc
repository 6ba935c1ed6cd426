// What comes to a page from outside: any header, form, token or journal is read, and nothing of it
// becomes markup.
#include <algorithm>

#include "base/assert.h"
#include "base/bytes.h"
#include "page/accept_language.h"
#include "page/ask_subject.h"
#include "page/ask_token.h"
#include "page/asks.h"
#include "page/form.h"
#include "page/html.h"
#include "page/limits.h"

using namespace haetae;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text({data, size});
  const std::string wanted =
      page::wanted_language(text, [](const std::string& code) { return code.size() == 2; });
  HAETAE_ASSERT(wanted.empty() || wanted.size() == 2);

  const std::string plain = page::escaped(text);
  HAETAE_ASSERT(plain.find_first_of("<>\"'") == std::string::npos);
  HAETAE_ASSERT(page::escaped(page::fill("{host}", {{"host", text}})) == plain);

  constexpr Time kNow{std::chrono::days(20'000)};
  const std::string value = page::form_value(text, "subject").value_or("");
  if (const auto subject = page::ask_subject_of(value)) {
    const auto again = page::ask_subject_of(page::to_text(*subject));
    HAETAE_ASSERT(again && page::to_text(*again) == page::to_text(*subject));
  }
  // Nobody guesses a key of 32 octets.
  HAETAE_ASSERT(page::check_token({1, 2, 3}, text, "device a", value, kNow) !=
                page::TokenCheck::Good);

  const page::AsksRead read = page::read_asks(text, kNow);
  HAETAE_ASSERT(read.asks.all().size() <= std::min(read.lines, limits::kAsksMax));
  const std::string written = page::asks_text(read.asks);
  HAETAE_ASSERT(page::asks_text(page::read_asks(written, kNow).asks) == written);
  return 0;
}
