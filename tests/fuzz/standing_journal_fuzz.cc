// A journal of any content: it is read up to where it is damaged, and what was read writes and
// reads the same again.
#include "base/assert.h"
#include "base/bytes.h"
#include "standing/journal.h"

using namespace haetae;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text({data, size});
  const standing::JournalRead read = standing::read_journal(text);
  HAETAE_ASSERT(read.good_bytes <= size);
  HAETAE_ASSERT(!read.fault.empty() || read.good_bytes == size);
  const standing::JournalRead again = standing::read_journal(standing::whole_journal(read.book));
  HAETAE_ASSERT(again.fault.empty() && again.book == read.book);
  // Checksums keep nearly all mutants out; the same octets as the body of a good record get in.
  const std::size_t line = text.find('\n');
  const std::string sealed = std::string(standing::kJournalHeader) +
                             standing::journal_line(text.substr(0, std::min(line, text.size())));
  const standing::JournalRead record = standing::read_journal(sealed);
  const standing::JournalRead rewritten =
      standing::read_journal(standing::whole_journal(record.book));
  HAETAE_ASSERT(rewritten.fault.empty() && rewritten.book == record.book);
  return 0;
}
