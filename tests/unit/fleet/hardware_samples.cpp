#include "hardware_samples.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace edgeconf::fleet {

namespace {

namespace json = boost::json;

// The engine alone is the same everywhere; the distributions of <random> are not.
class dice {
public:
    explicit dice(std::uint64_t seed) : engine_{seed} {}

    std::uint64_t below(std::uint64_t limit) { return engine_() % limit; }

    std::string letters(std::size_t count, std::string_view alphabet) {
        std::string text;
        while (text.size() < count) text.push_back(alphabet[below(alphabet.size())]);
        return text;
    }

    std::string hex(std::size_t count) { return letters(count, "0123456789abcdef"); }

private:
    std::mt19937_64 engine_;
};

struct machine {
    std::string_view manufacturer;
    std::string_view product;
    std::string_view architecture;
    std::string_view cpu;
    int cores;
    double megahertz;
    std::int64_t memory;
    std::string_view disk;      // name of its block device
    std::string_view partition; // what stands before a partition's number
    int disk_major;
    std::string_view disk_model;
    std::string_view nic;
    std::string_view mac_prefix;
    int serial_ports;
    int gpios;
    int videos;
};

constexpr std::array<machine, 5> machines{{
    {"Raspberry Pi Foundation", "Raspberry Pi 4 Model B Rev 1.4", "aarch64", "Cortex-A72", 4, 1800.0,
     4'012'032'000, "mmcblk0", "p", 179, "SD64G", "eth0", "dc:a6:32", 1, 2, 14},
    {"Intel(R) Client Systems", "NUC11TNHi5", "x86_64", "11th Gen Intel(R) Core(TM) i5-1135G7 @ 2.40GHz", 8,
     4200.0, 16'557'318'144, "nvme0n1", "p", 259, "KINGSTON SNV2S500G", "enp88s0", "1c:69:7a", 4, 1, 0},
    {"Advantech", "UNO-2271G V2", "x86_64", "Intel(R) Celeron(R) CPU N6210 @ 1.20GHz", 2, 2600.0,
     3'937'087'488, "sda", "", 8, "SQF-S25M4-64G", "enp1s0", "74:fe:48", 32, 4, 0},
    {"QEMU", "Standard PC (Q35 + ICH9, 2009)", "x86_64", "AMD EPYC-Rome Processor", 4, 2994.374,
     8'147'730'432, "vda", "", 252, "", "enp1s0", "52:54:00", 4, 0, 0},
    {"NVIDIA", "NVIDIA Jetson Orin Nano Developer Kit", "aarch64", "Cortex-A78AE", 6, 1510.4, 7'837'175'808,
     "nvme0n1", "p", 259, "WD_BLACK SN770 250GB", "eth0", "48:b0:2d", 3, 2, 2},
}};

// Numbers that a kernel hands out as its drivers load: they go with the OS image.
struct image {
    int dynamic_major;
    int dynamic_minor;
    int dialout; // groups, by distribution
    int disk;
    int video;
    int audio;
    std::string_view root_type;
    bool ostree;
};

constexpr std::array<image, 3> images{{
    {240, 126, 20, 6, 44, 29, "ext4", false},
    {234, 120, 18, 6, 39, 63, "xfs", true},
    {507, 124, 18, 6, 39, 63, "btrfs", true},
}};

class device_nodes {
public:
    void add(std::string path, std::string_view type, int gid, int major, int minor) {
        json::object node{{"device_type", type}};
        if (gid != 0) node["gid"] = gid;
        if (major != 0) node["major"] = major; // Go leaves out what is zero
        if (minor != 0) node["minor"] = minor;
        node["path"] = "/dev/" + path;
        nodes_.emplace_back(std::move(node));
    }

    void add_run(std::string_view name, int first, int count, std::string_view type, int gid, int major,
                 int minor) {
        for (int i = 0; i < count; ++i)
            add(fmt::format("{}{}", name, first + i), type, gid, major, minor + i);
    }

    // As a walk over /dev finds them.
    json::array sorted() && {
        std::sort(nodes_.begin(), nodes_.end(), [](const json::value& a, const json::value& b) {
            return a.at("path").get_string() < b.at("path").get_string();
        });
        return std::move(nodes_);
    }

private:
    json::array nodes_;
};

void add_kernel_nodes(device_nodes& nodes, const image& os) {
    static constexpr std::array<std::pair<std::string_view, int>, 8> memory{{{"mem", 1},
                                                                             {"null", 3},
                                                                             {"port", 4},
                                                                             {"zero", 5},
                                                                             {"full", 7},
                                                                             {"random", 8},
                                                                             {"urandom", 9},
                                                                             {"kmsg", 11}}};
    for (const auto& [name, minor] : memory) nodes.add(std::string{name}, "c", 0, 1, minor);
    static constexpr std::array<std::pair<std::string_view, int>, 12> misc{{{"hwrng", 183},
                                                                            {"net/tun", 200},
                                                                            {"uinput", 223},
                                                                            {"fuse", 229},
                                                                            {"snapshot", 231},
                                                                            {"btrfs-control", 234},
                                                                            {"autofs", 235},
                                                                            {"mapper/control", 236},
                                                                            {"loop-control", 237},
                                                                            {"vhost-net", 238},
                                                                            {"uhid", 239},
                                                                            {"rfkill", 242}}};
    for (const auto& [name, minor] : misc) nodes.add(std::string{name}, "c", 0, 10, minor);
    int minor = os.dynamic_minor;
    for (const auto* name : {"cpu_dma_latency", "udmabuf", "userfaultfd", "vmci", "ecryptfs"}) {
        nodes.add(name, "c", 0, 10, minor--);
    }
    nodes.add("tty", "c", 5, 5, 0);
    nodes.add("console", "c", 5, 5, 1);
    nodes.add("ptmx", "c", 5, 5, 2);
    nodes.add("ppp", "c", 0, 108, 0);
    nodes.add_run("tty", 0, 64, "c", 5, 4, 0);
    nodes.add_run("loop", 0, 8, "b", os.disk, 7, 0);
    for (const auto& [name, first] : {std::pair{"vcs", 0}, std::pair{"vcsu", 64}, std::pair{"vcsa", 128}}) {
        nodes.add(name, "c", 5, 7, first);
        nodes.add_run(name, 1, 6, "c", 5, 7, first + 1);
    }
}

json::array host_devices(const machine& kind, const image& os, dice& own) {
    device_nodes nodes;
    add_kernel_nodes(nodes, os);
    nodes.add_run(kind.architecture == "aarch64" ? "ttyAMA" : "ttyS", 0, kind.serial_ports, "c", os.dialout,
                  kind.architecture == "aarch64" ? 204 : 4, 64);
    nodes.add(std::string{kind.disk}, "b", os.disk, kind.disk_major, 0);
    nodes.add_run(fmt::format("{}{}", kind.disk, kind.partition), 1, os.ostree ? 4 : 2, "b", os.disk,
                  kind.disk_major, 1);
    int major = os.dynamic_major;
    for (const auto* name : {"rtc0", "watchdog0", "zram0", "hidraw0", "tpmrm0", "mei0", "nvme0", "ng0n1"}) {
        nodes.add(name, name[0] == 'z' ? "b" : "c", 0, --major, 0);
    }
    nodes.add_run("gpiochip", 0, kind.gpios, "c", 0, --major, 0);
    nodes.add_run("i2c-", 0, 5, "c", 0, 89, 0);
    nodes.add_run("video", 10, kind.videos, "c", os.video, 81, 0);
    nodes.add_run("dri/card", 0, 1, "c", os.video, 226, 0);
    nodes.add_run("dri/renderD", 128, 1, "c", os.video, 226, 128);
    nodes.add("fb0", "c", os.video, 29, 0);
    nodes.add_run("ram", 0, 16, "b", os.disk, 1, 0);
    nodes.add_run("snd/pcmC0D", 0, 4, "c", os.audio, 116, 2);
    nodes.add("snd/controlC0", "c", os.audio, 116, 9);
    nodes.add("snd/timer", "c", os.audio, 116, 33);
    for (int bus = 1; bus <= 2; ++bus)
        nodes.add(fmt::format("bus/usb/{:03}/001", bus), "c", 0, 189, (bus - 1) * 128);
    const auto plugged = static_cast<int>(own.below(5));
    for (int i = 0; i < plugged; ++i) nodes.add(fmt::format("bus/usb/001/{:03}", 2 + i), "c", 0, 189, 1 + i);
    nodes.add_run("ttyUSB", 0, static_cast<int>(own.below(3)), "c", os.dialout, 188, 0);
    nodes.add_run("input/event", 0, 3 + plugged, "c", 104, 13, 64);
    return std::move(nodes).sorted();
}

void mount(json::array& mounts, std::string device, std::string directory, std::string type,
           std::string options) {
    mounts.push_back(json::object{{"device", std::move(device)},
                                  {"directory", std::move(directory)},
                                  {"options", "(" + std::move(options) + ")"},
                                  {"type", std::move(type)}});
}

void mount_container(json::array& mounts, dice& own) {
    static constexpr std::string_view link = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    const auto storage = std::string{"/var/lib/containers/storage/overlay"};
    const auto layer = own.hex(64);
    mount(mounts, "overlay", fmt::format("{}/{}/merged", storage, layer), "overlay",
          fmt::format(
              "rw,nodev,relatime,context=\"system_u:object_r:container_file_t:s0:c{},c{}\",lowerdir={}/l/"
              "{},upperdir={}/{}/diff,workdir={}/{}/work",
              own.below(1024), own.below(1024), storage, own.letters(26, link), storage, layer, storage,
              layer));
    mount(mounts, "shm", fmt::format("{}-containers/{}/userdata/shm", storage, own.hex(64)), "tmpfs",
          "rw,nosuid,nodev,noexec,relatime,size=64000k");
}

json::array mounts(const machine& kind, const image& os, dice& own) {
    json::array made;
    const auto kilobytes = kind.memory / 1024;
    const auto partition = [&](int number) {
        return fmt::format("/dev/{}{}{}", kind.disk, kind.partition, number);
    };
    mount(made, "sysfs", "/sys", "sysfs", "rw,nosuid,nodev,noexec,relatime,seclabel");
    mount(made, "proc", "/proc", "proc", "rw,nosuid,nodev,noexec,relatime");
    mount(made, "devtmpfs", "/dev", "devtmpfs",
          fmt::format("rw,nosuid,size={}k,nr_inodes={},mode=755,inode64", kilobytes / 2, kilobytes / 8));
    mount(made, "devpts", "/dev/pts", "devpts", "rw,nosuid,noexec,relatime,gid=5,mode=620,ptmxmode=000");
    mount(made, "tmpfs", "/dev/shm", "tmpfs", "rw,nosuid,nodev,inode64");
    mount(made, "tmpfs", "/run", "tmpfs",
          fmt::format("rw,nosuid,nodev,size={}k,nr_inodes=819200,mode=755,inode64", kilobytes / 5));
    mount(made, "cgroup2", "/sys/fs/cgroup", "cgroup2",
          "rw,nosuid,nodev,noexec,relatime,nsdelegate,memory_recursiveprot");
    for (const auto* name : {"pstore", "bpf"}) {
        mount(made, name, fmt::format("/sys/fs/{}", name), name, "rw,nosuid,nodev,noexec,relatime,mode=700");
    }
    for (const auto* name : {"security", "debug", "tracing", "config"}) {
        mount(made, fmt::format("{}fs", name), fmt::format("/sys/kernel/{}", name), fmt::format("{}fs", name),
              "rw,nosuid,nodev,noexec,relatime");
    }
    if (os.ostree) {
        for (const auto* directory : {"/", "/sysroot", "/etc", "/usr", "/sysroot/ostree/deploy/rhel/var"}) {
            mount(made, partition(4), directory, std::string{os.root_type},
                  "rw,relatime,seclabel,attr2,inode64,logbufs=8,logbsize=32k,noquota");
        }
        mount(made, partition(3), "/boot", std::string{os.root_type}, "rw,relatime,seclabel");
        mount(made, partition(2), "/boot/efi", "vfat",
              "rw,relatime,fmask=0077,dmask=0077,codepage=437,iocharset=ascii,shortname=winnt,errors=remount-"
              "ro");
        mount(made, "selinuxfs", "/sys/fs/selinux", "selinuxfs", "rw,nosuid,noexec,relatime");
    } else {
        mount(made, partition(2), "/", "ext4", "rw,noatime");
        mount(made, partition(1), "/boot", "vfat",
              "rw,relatime,fmask=0022,dmask=0022,codepage=437,iocharset=ascii,shortname=mixed,errors=remount-"
              "ro");
    }
    mount(made, "systemd-1", "/proc/sys/fs/binfmt_misc", "autofs",
          fmt::format("rw,relatime,fd={},pgrp=1,timeout=0,minproto=5,maxproto=5,direct,pipe_ino={}",
                      29 + own.below(3), 12000 + own.below(5000)));
    mount(made, "hugetlbfs", "/dev/hugepages", "hugetlbfs", "rw,relatime,pagesize=2M");
    mount(made, "mqueue", "/dev/mqueue", "mqueue", "rw,nosuid,nodev,noexec,relatime");
    for (const auto* unit : {"systemd-sysctl", "systemd-tmpfiles-setup", "systemd-vconsole-setup"}) {
        mount(made, "ramfs", fmt::format("/run/credentials/{}.service", unit), "ramfs",
              "ro,nosuid,nodev,noexec,relatime,mode=700");
    }
    for (const auto* directory :
         {"/tmp", "/var/tmp", "/var/log", "/var/lib/containers/storage/overlay", "/home"}) {
        mount(made, os.ostree ? "tmpfs" : partition(2), directory, os.ostree ? "tmpfs" : "ext4",
              os.ostree ? "rw,nosuid,nodev,seclabel,nr_inodes=1048576,inode64" : "rw,noatime");
    }
    for (const auto* user : {"0", "1000"}) {
        mount(made, "tmpfs", fmt::format("/run/user/{}", user), "tmpfs",
              fmt::format("rw,nosuid,nodev,relatime,size={}k,nr_inodes={},mode=700,uid={}", kilobytes / 10,
                          kilobytes / 40, user));
    }
    const auto containers = own.below(6);
    for (std::size_t i = 0; i < containers; ++i) mount_container(made, own);
    if (containers > 0) {
        mount(made, "nsfs", "/run/netns/netns-" + own.hex(8) + "-" + own.hex(4), "nsfs", "rw");
    }
    return made;
}

std::string mac_address(const machine& kind, dice& own) {
    return fmt::format("{}:{}:{}:{}", kind.mac_prefix, own.hex(2), own.hex(2), own.hex(2));
}

json::array interfaces(const machine& kind, dice& own) {
    json::array made;
    const auto host = own.below(65536);
    made.push_back(json::object{
        {"flags", {"up", "broadcast", "multicast"}},
        {"has_carrier", true},
        {"ipv4_addresses", {fmt::format("10.{}.{}.{}/22", own.below(8), host / 256, host % 256)}},
        {"ipv6_addresses",
         {fmt::format("fe80::{}:{}:{}:{}/64", own.hex(4), own.hex(4), own.hex(4), own.hex(4))}},
        {"mac_address", mac_address(kind, own)},
        {"mtu", 1500},
        {"name", kind.nic},
        {"product", "0x15f3"},
        {"speed_mbps", 1000},
        {"vendor", "0x8086"}});
    made.push_back(json::object{{"flags", {"broadcast", "multicast"}},
                                {"ipv4_addresses", json::array()},
                                {"ipv6_addresses", json::array()},
                                {"mac_address", mac_address(kind, own)},
                                {"mtu", 1500},
                                {"name", kind.architecture == "aarch64" ? "wlan0" : "wlp2s0"}});
    return made;
}

json::array disks(const machine& kind, dice& own) {
    const auto serial = own.letters(14, "0123456789ABCDEFGHJKLMNPRSTUVWXY");
    const auto wwn = "0x5" + own.hex(15);
    return {json::object{{"bootable", true},
                         {"by_id", "/dev/disk/by-id/wwn-" + wwn},
                         {"by_path", fmt::format("/dev/disk/by-path/pci-0000:00:17.0-{}", kind.disk)},
                         {"drive_type", "SSD"},
                         {"hctl", "0:0:0:0"},
                         {"id", "/dev/disk/by-id/wwn-" + wwn},
                         {"model", kind.disk_model},
                         {"name", kind.disk},
                         {"path", fmt::format("/dev/{}", kind.disk)},
                         {"serial", serial},
                         {"size_bytes", 250'059'350'016},
                         {"vendor", "ATA"},
                         {"wwn", wwn}}};
}

void make_noisy(json::value& value, dice& own) {
    static constexpr std::string_view alphabet =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/";
    if (auto* text = value.if_string()) *text = own.letters(text->size(), alphabet);
    if (value.is_int64()) value = static_cast<std::int64_t>(own.below(100'000'000));
    if (auto* list = value.if_array()) {
        for (auto& each : *list) make_noisy(each, own);
    }
    if (auto* members = value.if_object()) {
        for (auto& each : *members) make_noisy(each.value(), own);
    }
}

} // namespace

json::object sample_hardware(std::size_t index) {
    dice own{index};
    const auto& kind = machines[index % machines.size()];
    const auto& os = images[index / machines.size() % images.size()];
    json::object made;
    made["boot"] = json::object{{"current_boot_mode", kind.architecture == "x86_64" ? "uefi" : "bios"}};
    made["cpu"] = json::object{{"architecture", kind.architecture},
                               {"count", kind.cores},
                               {"flags", json::array()},
                               {"frequency", kind.megahertz},
                               {"model_name", kind.cpu}};
    made["disks"] = disks(kind, own);
    made["gpus"] = json::array();
    made["host_devices"] = host_devices(kind, os, own);
    made["hostname"] = fmt::format("edge-{}-{:06}.plant.example", own.hex(4), index);
    made["interfaces"] = interfaces(kind, own);
    made["memory"] =
        json::object{{"physical_bytes", kind.memory + 141'000'704}, {"usable_bytes", kind.memory}};
    made["mounts"] = mounts(kind, os, own);
    made["system_vendor"] = json::object{{"manufacturer", kind.manufacturer},
                                         {"product_name", kind.product},
                                         {"serial_number", own.hex(16)},
                                         {"virtual", kind.manufacturer == "QEMU"}};
    return made;
}

json::object noisy_hardware(std::size_t index) {
    json::value made = sample_hardware(index);
    dice own{index + 1};
    make_noisy(made, own);
    return std::move(made.get_object());
}

} // namespace edgeconf::fleet
