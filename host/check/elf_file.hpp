// What the checks look at in a shared library's file, read by libelf.
#pragma once

#include <gelf.h>
#include <libelf.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace edgeconf::check {

struct dynamic_symbol {
    std::string name;
    unsigned char binding = STB_LOCAL; // STB_...
    bool is_defined = false;
};

// "libc.so.6" has to know "GLIBC_2.34".
struct needed_version {
    std::string library;
    std::string name;
};

// Functions throw std::runtime_error where the file is damaged.
class elf_file {
public:
    // Throws std::runtime_error where it is no ELF file, and std::system_error where it cannot be opened.
    explicit elf_file(const std::filesystem::path& path);
    ~elf_file();
    elf_file(const elf_file&) = delete;
    elf_file& operator=(const elf_file&) = delete;

    GElf_Ehdr header() const;
    std::vector<GElf_Phdr> segments() const;
    // The bytes of a segment that is text, without the NUL.
    std::string text_of(const GElf_Phdr& segment) const;

    bool has_sections() const; // the two that all below is read from: .dynamic and .dynsym
    // The values of a tag; none if it is not there.
    std::vector<std::uint64_t> dynamic(GElf_Sxword tag) const;
    // Those of a tag whose values are texts.
    std::vector<std::string> dynamic_texts(GElf_Sxword tag) const;
    // All but the nameless ones and the names of the library's own versions.
    std::vector<dynamic_symbol> symbols() const;
    std::vector<needed_version> needed_versions() const;

private:
    Elf_Scn* section(GElf_Word type) const; // null if there is none
    GElf_Shdr header_of(Elf_Scn* section) const;
    std::string text_at(std::size_t string_table, std::size_t offset) const;
    std::vector<std::string> own_versions() const;

    int fd_ = -1;
    Elf* elf_ = nullptr;
};

} // namespace edgeconf::check
