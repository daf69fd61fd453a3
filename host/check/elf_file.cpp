#include "check/elf_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

namespace edgeconf::check {
namespace {

[[noreturn]] void fail() { throw std::runtime_error{std::string{"libelf says: "} + ::elf_errmsg(-1)}; }

Elf_Data* data_of(Elf_Scn* section) {
    auto* data = ::elf_getdata(section, nullptr);
    if (data == nullptr) fail();
    return data;
}

} // namespace

elf_file::elf_file(const std::filesystem::path& path) : fd_{::open(path.c_str(), O_RDONLY | O_CLOEXEC)} {
    if (fd_ < 0) throw std::system_error{errno, std::system_category(), path.string()};
    ::elf_version(EV_CURRENT);
    elf_ = ::elf_begin(fd_, ELF_C_READ, nullptr);
    if (elf_ != nullptr && ::elf_kind(elf_) == ELF_K_ELF) return;
    ::elf_end(elf_);
    ::close(fd_);
    throw std::runtime_error{"it is no ELF file"};
}

elf_file::~elf_file() {
    ::elf_end(elf_);
    ::close(fd_);
}

GElf_Ehdr elf_file::header() const {
    GElf_Ehdr made{};
    if (::gelf_getehdr(elf_, &made) == nullptr) fail();
    return made;
}

std::vector<GElf_Phdr> elf_file::segments() const {
    std::size_t count = 0;
    if (::elf_getphdrnum(elf_, &count) != 0) fail();
    std::vector<GElf_Phdr> found(count);
    for (std::size_t i = 0; i < count; ++i)
        if (::gelf_getphdr(elf_, static_cast<int>(i), &found[i]) == nullptr) fail();
    return found;
}

std::string elf_file::text_of(const GElf_Phdr& segment) const {
    const auto* data = ::elf_getdata_rawchunk(elf_, static_cast<std::int64_t>(segment.p_offset),
                                              segment.p_filesz, ELF_T_BYTE);
    if (data == nullptr) fail();
    const auto* bytes = static_cast<const char*>(data->d_buf);
    return {bytes, ::strnlen(bytes, data->d_size)};
}

Elf_Scn* elf_file::section(GElf_Word type) const {
    for (Elf_Scn* s = nullptr; (s = ::elf_nextscn(elf_, s)) != nullptr;)
        if (header_of(s).sh_type == type) return s;
    return nullptr;
}

GElf_Shdr elf_file::header_of(Elf_Scn* section) const {
    GElf_Shdr made{};
    if (::gelf_getshdr(section, &made) == nullptr) fail();
    return made;
}

std::string elf_file::text_at(std::size_t string_table, std::size_t offset) const {
    const auto* text = ::elf_strptr(elf_, string_table, offset);
    if (text == nullptr) fail();
    return text;
}

bool elf_file::has_sections() const {
    return section(SHT_DYNAMIC) != nullptr && section(SHT_DYNSYM) != nullptr;
}

std::vector<std::uint64_t> elf_file::dynamic(GElf_Sxword tag) const {
    std::vector<std::uint64_t> found;
    auto* from = section(SHT_DYNAMIC);
    if (from == nullptr) return found;
    auto* data = data_of(from);
    GElf_Dyn entry{};
    for (int i = 0; ::gelf_getdyn(data, i, &entry) != nullptr && entry.d_tag != DT_NULL; ++i)
        if (entry.d_tag == tag) found.push_back(entry.d_un.d_val);
    return found;
}

std::vector<std::string> elf_file::dynamic_texts(GElf_Sxword tag) const {
    std::vector<std::string> found;
    for (const auto offset : dynamic(tag))
        found.push_back(text_at(header_of(section(SHT_DYNAMIC)).sh_link, offset));
    return found;
}

std::vector<std::string> elf_file::own_versions() const {
    std::vector<std::string> found;
    auto* from = section(SHT_GNU_verdef);
    if (from == nullptr) return found;
    const auto header = header_of(from);
    auto* data = data_of(from);
    int at = 0;
    // As many as there can be, whatever the file says: an entry may lead back to itself.
    const auto most = std::min<std::size_t>(header.sh_info, data->d_size / sizeof(Elf64_Verdef));
    for (std::size_t i = 0; i < most; ++i) {
        GElf_Verdef definition{};
        GElf_Verdaux name{};
        if (::gelf_getverdef(data, at, &definition) == nullptr ||
            ::gelf_getverdaux(data, at + static_cast<int>(definition.vd_aux), &name) == nullptr)
            fail();
        found.push_back(text_at(header.sh_link, name.vda_name));
        at += static_cast<int>(definition.vd_next);
    }
    return found;
}

std::vector<dynamic_symbol> elf_file::symbols() const {
    std::vector<dynamic_symbol> found;
    auto* from = section(SHT_DYNSYM);
    if (from == nullptr) return found;
    const auto versions = own_versions();
    const auto table = header_of(from).sh_link;
    auto* data = data_of(from);
    GElf_Sym symbol{};
    for (int i = 0; ::gelf_getsym(data, i, &symbol) != nullptr; ++i) {
        auto name = text_at(table, symbol.st_name);
        const bool is_version =
            symbol.st_shndx == SHN_ABS && std::find(versions.begin(), versions.end(), name) != versions.end();
        if (name.empty() || is_version) continue;
        const auto binding = static_cast<unsigned char>(GELF_ST_BIND(symbol.st_info));
        found.push_back({std::move(name), binding, symbol.st_shndx != SHN_UNDEF});
    }
    return found;
}

std::vector<needed_version> elf_file::needed_versions() const {
    std::vector<needed_version> found;
    auto* from = section(SHT_GNU_verneed);
    if (from == nullptr) return found;
    const auto header = header_of(from);
    auto* data = data_of(from);
    int at = 0;
    auto left = data->d_size / sizeof(Elf64_Vernaux); // as above
    for (GElf_Word i = 0; i < header.sh_info && left > 0; ++i, --left) {
        GElf_Verneed library{};
        if (::gelf_getverneed(data, at, &library) == nullptr) fail();
        const auto file = text_at(header.sh_link, library.vn_file);
        int at_name = at + static_cast<int>(library.vn_aux);
        for (GElf_Half n = 0; n < library.vn_cnt && left > 0; ++n, --left) {
            GElf_Vernaux name{};
            if (::gelf_getvernaux(data, at_name, &name) == nullptr) fail();
            found.push_back({file, text_at(header.sh_link, name.vna_name)});
            at_name += static_cast<int>(name.vna_next);
        }
        at += static_cast<int>(library.vn_next);
    }
    return found;
}

} // namespace edgeconf::check
