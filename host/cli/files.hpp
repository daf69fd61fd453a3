// Files written by the command line, and how they are read.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace edgeconf::cli {

// Every function throws std::runtime_error with the file's name and the reason.

// A file of this user alone (0600) that has its name only once it is whole: until then it is
// NAME.partial. What was there under its name is replaced; it has to be a regular file. A NAME.partial
// that exists is left alone: somebody else may be writing it.
class whole_file {
public:
    explicit whole_file(std::filesystem::path name);
    // Takes what was written away again, unless it is finished.
    ~whole_file();
    whole_file(const whole_file&) = delete;
    whole_file& operator=(const whole_file&) = delete;

    void write(std::string_view bytes);
    // On disk, and under its name.
    void finish();

private:
    std::filesystem::path name_;
    std::filesystem::path partial_;
    int fd_ = -1;
};

// All of `bytes`; `name` is for the reason.
void write_all(int fd, std::string_view bytes, const std::string& name);

// A file to read from its beginning to its end; "-" is standard input.
class input {
public:
    explicit input(const std::string& name);
    ~input();
    input(const input&) = delete;
    input& operator=(const input&) = delete;

    // As the operator knows it.
    const std::string& name() const noexcept { return name_; }
    // The next `size` bytes, fewer only before the end; empty at the end.
    std::string read(std::size_t size);

private:
    std::string name_;
    int fd_;
};

} // namespace edgeconf::cli
