#include "check/groups/groups.hpp"

#include "check/elf_file.hpp"
#include "check/loader.hpp"
#include "check/trial.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace edgeconf::check {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view loading_section = "docs/provider-abi.md, \"Loading\"";
constexpr std::string_view entry_names = "ecp_provider_entry_v"; // a library may have one for each major

void file(trial& in) {
    std::optional<elf_file> library;
    try {
        library.emplace(in.about().library);
    } catch (const std::runtime_error& e) {
        in.give_up("{}", e.what());
    }
    const auto given = library->header();
    const auto own = elf_file{"/proc/self/exe"}.header();
    if (given.e_ident[EI_CLASS] != own.e_ident[EI_CLASS] || given.e_ident[EI_DATA] != own.e_ident[EI_DATA] ||
        given.e_machine != own.e_machine)
        in.give_up("it is built for another machine: its e_machine is {}, this one's {}", given.e_machine,
                   own.e_machine);
    if (given.e_type != ET_DYN) in.give_up("it is an object file or a program: link it with -shared");
    if (!library->has_sections())
        in.fail("it has no dynamic section, or its section headers are stripped: strip no more than symbols");
}

void exports(trial& in) {
    for (const auto& s : elf_file{in.about().library}.symbols())
        if (s.is_defined && s.binding != STB_LOCAL && s.binding != STB_GNU_UNIQUE &&
            !s.name.starts_with(entry_names))
            in.fail("it exports {}", s.name);
}

void unique_symbols(trial& in) {
    for (const auto& s : elf_file{in.about().library}.symbols())
        if (s.is_defined && s.binding == STB_GNU_UNIQUE)
            in.fail("{} is unique in the process (STB_GNU_UNIQUE)", s.name);
}

// Whether one of `bits` is set in the tag's value.
bool has_flag(const elf_file& library, GElf_Sxword tag, std::uint64_t bits) {
    const auto values = library.dynamic(tag);
    return std::any_of(values.begin(), values.end(), [bits](auto value) { return (value & bits) != 0; });
}

void text_relocations(trial& in) {
    const elf_file library{in.about().library};
    if (!library.dynamic(DT_TEXTREL).empty() || has_flag(library, DT_FLAGS, DF_TEXTREL))
        in.fail("its code has relocations (DT_TEXTREL): something in it is not compiled with -fPIC");
}

void executable_stack(trial& in) {
    for (const auto& s : elf_file{in.about().library}.segments()) {
        if (s.p_type != PT_GNU_STACK) continue;
        if ((s.p_flags & PF_X) != 0)
            in.fail("it asks for an executable stack: an assembler file lacks .note.GNU-stack, a function is "
                    "nested, or it is linked with -z execstack");
        return;
    }
    in.fail("it does not say what it wants of the stack (PT_GNU_STACK), which means an executable one");
}

bool is_open_to_all(const fs::path& folder, bool with_sticky) {
    struct ::stat told {};
    if (::stat(folder.c_str(), &told) != 0) return false;
    return (told.st_mode & S_IWOTH) != 0 && (with_sticky || (told.st_mode & S_ISVTX) == 0);
}

// The folder where everyone could put a library for `folder`; empty if there is none.
fs::path open_folder(const fs::path& folder) {
    auto at = folder;
    while (!fs::exists(at) && at != at.parent_path()) at = at.parent_path();
    if (is_open_to_all(at, true)) return at;
    for (; at != at.parent_path(); at = at.parent_path())
        if (is_open_to_all(at, false)) return at;
    return {};
}

void judge_folder(trial& in, std::string_view tag, const std::string& folder) {
    if (folder.find("$ORIGIN") != std::string::npos || folder.find("${ORIGIN}") != std::string::npos) {
        in.fail("{} has \"{}\": a host loads the library through /proc/self/fd, and $ORIGIN is not its "
                "folder then",
                tag, folder);
    } else if (!folder.starts_with('/')) {
        in.fail("{} has \"{}\", which begins at the working directory", tag, folder);
    } else if (const auto open = open_folder(fs::path{folder}.lexically_normal()); !open.empty()) {
        in.fail("{} has \"{}\", and everyone may write to {}", tag, folder, open.string());
    }
}

void search_path(trial& in) {
    const elf_file library{in.about().library};
    const std::array<std::pair<std::string_view, GElf_Sxword>, 2> tags{
        std::pair{"RPATH", GElf_Sxword{DT_RPATH}}, std::pair{"RUNPATH", GElf_Sxword{DT_RUNPATH}}};
    for (const auto& [name, tag] : tags) {
        for (const auto& path : library.dynamic_texts(tag)) {
            for (std::size_t at = 0, end = 0; end != path.size(); at = end + 1) {
                end = std::min(path.find(':', at), path.size());
                judge_folder(in, name, path.substr(at, end - at));
            }
        }
    }
}

void nodelete(trial& in) {
    if (!has_flag(elf_file{in.about().library}, DT_FLAGS_1, DF_1_NODELETE))
        in.fail("it is not marked NODELETE: link it with -Wl,-z,nodelete");
}

void bind_now(trial& in) {
    const elf_file library{in.about().library};
    if (library.dynamic(DT_BIND_NOW).empty() && !has_flag(library, DT_FLAGS, DF_BIND_NOW) &&
        !has_flag(library, DT_FLAGS_1, DF_1_NOW))
        in.fail("it is not marked NOW: link it with -Wl,-z,now");
}

void relro(trial& in) {
    for (const auto& s : elf_file{in.about().library}.segments())
        if (s.p_type == PT_GNU_RELRO) return;
    in.fail("it has no PT_GNU_RELRO: link it with -Wl,-z,relro");
}

// Debian 12's, the oldest system that edgeconf is made for.
struct version_family {
    std::string_view prefix;
    std::string_view newest;
    std::string_view of;
};
constexpr std::array families{
    version_family{"GLIBC_", "2.36", "the C library"}, version_family{"GLIBCXX_", "3.4.30", "libstdc++"},
    version_family{"CXXABI_", "1.3.13", "libstdc++"}, version_family{"GCC_", "12.0.0", "libgcc"}};

bool is_version_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos;
}

// As versions: "2.4" is before "2.36".
bool is_before(std::string_view a, std::string_view b) {
    return ::strverscmp(std::string{a}.c_str(), std::string{b}.c_str()) < 0;
}

void floor(trial& in) {
    std::map<std::string_view, std::string> highest; // by prefix
    const auto needed = elf_file{in.about().library}.needed_versions();
    for (const auto& family : families) {
        for (const auto& version : needed) {
            if (!version.name.starts_with(family.prefix)) continue;
            const auto number = version.name.substr(family.prefix.size());
            if (!is_version_number(number)) continue; // GLIBC_PRIVATE
            auto& most = highest[family.prefix];
            if (most.empty() || is_before(most, number)) most = number;
            if (is_before(family.newest, number))
                in.fail("it needs {} of {}, and Debian 12 has {}{}", version.name, version.library,
                        family.prefix, family.newest);
        }
    }
    for (const auto& [prefix, number] : highest) in.note("it needs {}{} or newer", prefix, number);
}

void undefined_symbols(trial& in) {
    for (const auto& line : missing_at_load(in.about().library, in.scratch())) in.fail("{}", line);
}

const std::array all{
    check{"elf.file", "It is a shared library for this machine, with its dynamic section.",
          "Nothing else can be loaded.", loading_section, &file},
    check{"elf.exports",
          "It exports its entry and nothing else.",
          "What a library exports can stand in for another one's function of the same name. Link with a "
          "version script, as ecp_add_provider() does.",
          loading_section,
          &exports,
          {"elf.file"}},
    check{"elf.unique-symbols",
          "It has no symbol of which the process may have one only.",
          "Two libraries that were built from the same header share such a variable, whatever separates them "
          "otherwise. Compile with -fvisibility=hidden and link with a version script.",
          loading_section,
          &unique_symbols,
          {"elf.file"}},
    check{"elf.text-relocations",
          "Its code is the same wherever it is loaded.",
          "A hardened system refuses to make code writable, and with it the library.",
          loading_section,
          &text_relocations,
          {"elf.file"}},
    check{"elf.executable-stack",
          "It gets along with a stack that is not executable.",
          "Loading it would make the stacks of all of the host's threads executable; a hardened system "
          "refuses that.",
          loading_section,
          &executable_stack,
          {"elf.file"}},
    check{"elf.search-path",
          "It looks for libraries in absolute folders that not everyone may write to, if it names any.",
          "Whoever can put a file there runs code in the host.",
          loading_section,
          &search_path,
          {"elf.file"}},
    check{"elf.nodelete",
          "It is marked never to be unloaded.",
          "Threads and destructors of a library that is gone crash. A host loads it so that it stays; a "
          "test or a tool that closes it may not.",
          loading_section,
          &nodelete,
          {"elf.file"}},
    check{
        "elf.bind-now",
        "It is marked to be bound when it is loaded.",
        "Everything that it calls is known before the first call, and its table of functions can be sealed.",
        loading_section,
        &bind_now,
        {"elf.file"}},
    check{"elf.relro",
          "What the loader has filled in is read-only afterwards.",
          "A stray write must not become a call to anywhere.",
          loading_section,
          &relro,
          {"elf.file"}},
    check{"elf.floor",
          "It needs no newer C and C++ libraries than Debian 12's.",
          "A host there does not load it: build on the oldest system that you ship for. If that is a newer "
          "one, declare it.",
          loading_section,
          &floor,
          {"elf.file"}},
    check{"elf.undefined-symbols",
          "The libraries that it needs are there, and define all that it uses.",
          "What no library of its own defines comes from whatever the process happens to hold, or stops the "
          "host at its start. Linking with -Wl,-z,defs finds it out at build time.",
          loading_section,
          &undefined_symbols,
          {"elf.floor"}},
};

} // namespace

std::span<const check> elf_checks() { return all; }

} // namespace edgeconf::check
