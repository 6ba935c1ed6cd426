#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.h"

namespace haetae::proxy {

// Rooms of one size for octets that wait, lent to connections only while they do: what an idle
// connection costs has no room in it. Of those given back some are kept.
class Rooms {
 public:
  explicit Rooms(std::size_t bytes) noexcept : bytes_(bytes) {}

  std::unique_ptr<std::uint8_t[]> lend() {
    ++lent_;
    if (kept_.empty()) return std::make_unique_for_overwrite<std::uint8_t[]>(bytes_);
    auto room = std::move(kept_.back());
    kept_.pop_back();
    return room;
  }
  void take_back(std::unique_ptr<std::uint8_t[]> room) {
    --lent_;
    if (kept_.size() < kept_.capacity()) kept_.push_back(std::move(room));
  }
  void keep(std::size_t count) { kept_.reserve(count); }

  std::size_t bytes() const noexcept { return bytes_; }
  std::size_t lent() const noexcept { return lent_; }

 private:
  std::size_t bytes_;
  std::size_t lent_ = 0;
  std::vector<std::unique_ptr<std::uint8_t[]>> kept_;
};

// Octets on their way from one socket to the other: those that may leave, then those that are not
// read yet. Has a room only while there are any.
class Window {
 public:
  explicit Window(Rooms& rooms) noexcept : rooms_(&rooms) {}
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;
  ~Window() { clear(); }

  // Where the next octets go; empty: there is no room before some leave.
  MutableBytes space();
  void add(std::size_t bytes) noexcept { end_ += static_cast<std::uint32_t>(bytes); }
  // space() was asked for, and nothing came.
  void give_back_if_empty();

  // What was not released yet, and what was and did not leave.
  Bytes unread() const noexcept { return {room_.get() + ready_, end_ - ready_}; }
  Bytes ready() const noexcept { return {room_.get() + start_, ready_ - start_}; }

  // So many unread octets may leave; or: nobody wants them.
  void release(std::size_t bytes) noexcept { ready_ += static_cast<std::uint32_t>(bytes); }
  void drop(std::size_t bytes);  // nothing is ready
  // So many of the ready octets left.
  void leave(std::size_t bytes);

  bool is_empty() const noexcept { return start_ == end_; }
  bool is_full() const noexcept { return end_ - start_ == rooms_->bytes(); }
  std::size_t room_bytes() const noexcept { return rooms_->bytes(); }
  void clear();

 private:
  Rooms* rooms_;
  std::unique_ptr<std::uint8_t[]> room_;
  std::uint32_t start_ = 0;
  std::uint32_t ready_ = 0;
  std::uint32_t end_ = 0;
};

}  // namespace haetae::proxy
