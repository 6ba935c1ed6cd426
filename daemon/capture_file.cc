#include "daemon/capture_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdio_ext.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <vector>

#include "base/unpack.h"
#include "daemon/capture_limits.h"
#include "daemon/pcapng_links.h"
#include "daemon/sockets.h"

namespace haetae::daemon {
namespace {

using ReadResult = std::expected<std::size_t, std::string>;

// The octets as they are stored.
class Stored : public OctetSource {
 public:
  // Without a file: standard input, which stays open.
  Stored(std::string label, Descriptor file)
      : label_(std::move(label)),
        owned_(std::move(file)),
        fd_(owned_.get() < 0 ? STDIN_FILENO : owned_.get()) {}

  ReadResult read(MutableBytes out) override {
    while (true) {
      const ssize_t size = ::read(fd_, out.data(), out.size());
      if (size >= 0) {
        count_ += static_cast<std::uint64_t>(size);
        return static_cast<std::size_t>(size);
      }
      if (errno != EINTR) return std::unexpected(cannot_read(label_, errno));
    }
  }
  const std::string& label() const noexcept override { return label_; }

  std::uint64_t count() const noexcept { return count_; }
  std::uint64_t file_bytes() const noexcept {
    struct stat status{};
    const bool is_file = fstat(fd_, &status) == 0 && S_ISREG(status.st_mode);
    return is_file ? static_cast<std::uint64_t>(status.st_size) : 0;
  }

  static std::string cannot_read(const std::string& label, int error_number) {
    return fmt::format("{}: the capture cannot be read: {}", label,
                       std::generic_category().message(error_number));
  }

 private:
  std::string label_;
  Descriptor owned_;
  int fd_;
  std::uint64_t count_ = 0;
};

// Unpacked octets, which end where they become too many. What is not packed may be any length.
class Bounded : public OctetSource {
 public:
  Bounded(const Stored& stored, std::uint64_t bytes_max) : stored_(stored), bytes_max_(bytes_max) {}

  std::unique_ptr<OctetSource> unpacker;

  ReadResult read(MutableBytes out) override {
    ReadResult size = unpacker->read(out);
    if (!size) return size;
    count_ += *size;
    const bool is_packed = count_ > stored_.count();
    if (!is_packed || count_ <= bytes_max_) return size;
    return std::unexpected(fmt::format(
        "{}: the capture unpacks to more than {} MB; unpack it to a file of its own first", label(),
        bytes_max_ >> 20));
  }
  const std::string& label() const noexcept override { return stored_.label(); }

 private:
  const Stored& stored_;
  std::uint64_t bytes_max_;
  std::uint64_t count_ = 0;
};

}  // namespace

struct CaptureFile::Parts {
  Parts(std::string label, Descriptor file, std::uint64_t unpacked_bytes_max)
      : stored(std::move(label), std::move(file)),
        bounded(stored, unpacked_bytes_max),
        links(bounded),
        stream_buffer(limits::kCaptureChunkBytes) {}

  Stored stored;
  Bounded bounded;
  PcapngLinks links;
  std::vector<char> stream_buffer;
  std::string error;
};

CaptureFile::CaptureFile(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
CaptureFile::~CaptureFile() = default;

std::expected<std::unique_ptr<CaptureFile>, std::string> CaptureFile::open(
    const std::filesystem::path& path, std::uint64_t unpacked_bytes_max) {
  const bool is_standard_input = path == "-";
  std::string label = is_standard_input ? "standard input" : path.string();
  Descriptor file;
  if (!is_standard_input) {
    file = Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) return std::unexpected(Stored::cannot_read(label, errno));
  }
  auto parts = std::make_unique<Parts>(std::move(label), std::move(file), unpacked_bytes_max);
  auto unpacker =
      make_unpacker(parts->stored, {limits::kCaptureChunkBytes, limits::kCaptureZstdWindowBitsMax});
  if (!unpacker) return std::unexpected(unpacker.error());
  parts->bounded.unpacker = *std::move(unpacker);
  if (parts->stored.count() == 0) {
    return std::unexpected(fmt::format("{}: the capture is empty", parts->stored.label()));
  }
  return std::unique_ptr<CaptureFile>(new CaptureFile(std::move(parts)));
}

std::FILE* CaptureFile::stream() {
  std::FILE* const file = fopencookie(parts_.get(), "rb", {.read = &CaptureFile::read_stream});
  if (file == nullptr) return nullptr;
  // libpcap reads a few octets at a time: one large buffer, and no lock around each.
  std::setvbuf(file, parts_->stream_buffer.data(), _IOFBF, parts_->stream_buffer.size());
  __fsetlocking(file, FSETLOCKING_BYCALLER);
  return file;
}

ssize_t CaptureFile::read_stream(void* parts, char* out, std::size_t size) noexcept {
  Parts& self = *static_cast<Parts*>(parts);
  if (size == 0) return 0;
  const ReadResult read = self.links.read({reinterpret_cast<std::uint8_t*>(out), size});
  if (read) return static_cast<ssize_t>(*read);
  self.error = read.error();
  return -1;
}

bool CaptureFile::is_pcapng() const noexcept {
  return parts_->links.is_pcapng();
}

const std::string& CaptureFile::label() const noexcept {
  return parts_->stored.label();
}

const std::string& CaptureFile::error() const noexcept {
  return parts_->error;
}

std::uint64_t CaptureFile::stored_bytes() const noexcept {
  return parts_->stored.count();
}

std::uint64_t CaptureFile::file_bytes() const noexcept {
  return parts_->stored.file_bytes();
}

}  // namespace haetae::daemon
