// A message as it may come from any upstream: the walk over what it leads to ends inside it, and
// tells nothing that no client could be led to.
#include <cstdint>
#include <cstdlib>

#include "wire/dns_targets.h"

using namespace haetae;
using namespace haetae::wire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes message{data, size};
  RecordReader questions(message);
  Question question;
  if (!questions.next_question(question)) return 0;
  TargetReader reader(message, question.name);
  std::size_t count = 0;
  std::uint16_t record = 0;
  for (Target target; reader.next(target);) {
    // A hint takes four octets at least, and so does every record.
    if (++count > size / 4) std::abort();
    if (target.record < record) std::abort();
    record = target.record;
    if (target.kind == Target::Kind::ServiceName && target.name.is_root()) std::abort();
  }
  Target after;
  if (reader.next(after)) std::abort();
  return 0;
}
