#include "file/heard_journal.hpp"

#include "file/statement.hpp"

#include <SQLiteCpp/Transaction.h>
#include <boost/endian/buffers.hpp>

#include <algorithm>
#include <cstring>
#include <string_view>

namespace edgeconf::file {

namespace {

constexpr std::size_t long_journal = 65'536; // entries, 800 KB: 40 s of a fleet of 100,000
constexpr std::size_t part_size = 4'096;     // some 5 ms

struct packed_entry {
    boost::endian::little_uint32_buf_t number;
    boost::endian::little_int64_buf_t at;
};
static_assert(sizeof(packed_entry) == 12 && std::is_trivially_copyable_v<packed_entry>);

template <class Take>
void unpack(std::string_view entries, Take&& take) {
    for (; entries.size() >= sizeof(packed_entry); entries.remove_prefix(sizeof(packed_entry))) {
        packed_entry entry;
        std::memcpy(&entry, entries.data(), sizeof entry);
        take(entry.number.value(), entry.at.value());
    }
}

} // namespace

heard_journal::heard_journal(SQLite::Database& database)
    : database_{database}, append_{database, "INSERT INTO heard_journal VALUES (?1, ?2)"},
      update_{database, "UPDATE heard SET at = ?2 WHERE number = ?1"},
      remove_{database, "DELETE FROM heard_journal WHERE id <= ?1"} {
    SQLite::Statement length{database, "SELECT coalesce(sum(length(entries)), 0) FROM heard_journal"};
    length.executeStep();
    entries_ = static_cast<std::size_t>(length.getColumn(0).getInt64()) / sizeof(packed_entry);
}

void heard_journal::append(const std::vector<fleet::heard_device>& heard, std::int64_t commit) {
    if (heard.empty()) return;
    packed_.resize(heard.size() * sizeof(packed_entry));
    auto* to = packed_.data();
    for (const auto& each : heard) {
        packed_entry entry;
        entry.number = each.number;
        entry.at = each.at;
        std::memcpy(to, &entry, sizeof entry);
        to += sizeof entry;
    }
    run(append_, commit, blob{packed_});
    entries_ += heard.size();
}

bool heard_journal::fold_some() {
    if (folding_.empty()) {
        if (entries_ < long_journal) return false;
        begin_cycle();
    }
    SQLite::Transaction transaction{database_, SQLite::TransactionBehavior::IMMEDIATE};
    const auto end = std::min(folding_.size(), next_ + part_size);
    for (; next_ < end; ++next_) {
        run(update_, std::int64_t{folding_[next_].first}, std::int64_t{folding_[next_].second});
    }
    // The journal may say what the rows say already, so it goes as a whole, at the end.
    if (next_ == folding_.size()) run(remove_, last_row_);
    transaction.commit();
    if (next_ == folding_.size()) end_cycle();
    return true;
}

void heard_journal::begin_cycle() {
    SQLite::Statement all{database_, "SELECT id, entries FROM heard_journal ORDER BY id"};
    boost::unordered_flat_map<std::uint32_t, fleet::unix_seconds> last;
    while (all.executeStep()) {
        last_row_ = all.getColumn(0).getInt64();
        unpack(bytes_of(all.getColumn(1)), [&](auto number, auto at) { last[number] = at; });
    }
    folding_.assign(last.begin(), last.end());
    std::sort(folding_.begin(), folding_.end());
    next_ = 0;
    entries_ = 0;
}

void heard_journal::end_cycle() {
    folding_.clear();
    folding_.shrink_to_fit();
}

heard_overlay::heard_overlay(SQLite::Database& database)
    : newest_{database, "SELECT coalesce(max(id), 0) FROM heard_journal"},
      all_{database, "SELECT entries FROM heard_journal ORDER BY id"} {}

void heard_overlay::refresh() {
    start(newest_);
    newest_.executeStep();
    const auto newest = newest_.getColumn(0).getInt64();
    newest_.reset();
    if (newest == known_) return;
    heard_.clear();
    start(all_);
    while (all_.executeStep()) {
        unpack(bytes_of(all_.getColumn(0)), [&](auto number, auto at) { heard_[number] = at; });
    }
    all_.reset();
    known_ = newest;
}

fleet::unix_seconds heard_overlay::of(std::uint32_t number, fleet::unix_seconds row) const {
    const auto found = heard_.find(number);
    return found == heard_.end() ? row : found->second;
}

} // namespace edgeconf::file
