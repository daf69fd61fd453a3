#include "fleet/hardware_dictionary.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

namespace edgeconf::fleet {

namespace {

// Everything of hardware-info that stands before its two long lists.
constexpr std::string_view machine =
    R"({"hostname":"localhost.localdomain",)"
    R"("interfaces":[{"ipv6_addresses":["fe80::1/64"],"vendor":"0x8086","name":"eth0","has_carrier":true,)"
    R"("product":"0x15f3","mtu":1500,"ipv4_addresses":["192.168.1.10/24"],"mac_address":"00:00:00:00:00:00",)"
    R"("flags":["up","broadcast","multicast"],"speed_mbps":1000},)"
    R"({"ipv6_addresses":[],"name":"wlan0","mtu":1500,"ipv4_addresses":[],"mac_address":"00:00:00:00:00:00",)"
    R"("flags":["broadcast","multicast"]}],)"
    R"("disks":[{"id":"/dev/disk/by-id/wwn-0x5","drive_type":"SSD","vendor":"ATA","name":"sda","path":"/dev/sda",)"
    R"("hctl":"0:0:0:0","by_path":"/dev/disk/by-path/pci-0000:00:17.0-ata-1",)"
    R"("by_id":"/dev/disk/by-id/wwn-0x5","model":"Samsung SSD","wwn":"0x5","serial":"S",)"
    R"("size_bytes":256060514304,"bootable":true}],)"
    R"("boot":{"current_boot_mode":"uefi"},)"
    R"("system_vendor":{"serial_number":"0","product_name":"Raspberry Pi 4 Model B Rev 1.4",)"
    R"("manufacturer":"Raspberry Pi Foundation","virtual":false},)"
    R"("memory":{"physical_bytes":8589934592,"usable_bytes":8200000000},)"
    R"("cpu":{"count":4,"frequency":1.8E3,"flags":[],"model_name":"Intel(R) Core(TM) i5 CPU @ 2.40GHz",)"
    R"("architecture":"x86_64"},)"
    R"_("gpus":[{"vendor":"Intel Corporation","vendor_id":"8086","device_id":"3ea0",)_"
    R"_("name":"UHD Graphics 620 (Whiskey Lake)","address":"0000:00:02.0"}])_";

// Device nodes whose names and minor numbers count up together; numbers as the kernel's
// admin-guide/devices.txt allots them or as dynamic ones often come out, groups as in Debian.
struct node_run {
    std::string_view name;
    int first; // number in the first one's name; none: a single node without a number
    int count;
    char type;
    int group;
    int major;
    int minor;
};

constexpr int none = -1;

constexpr std::array node_runs{
    node_run{"autofs", none, 1, 'c', 0, 10, 235},
    node_run{"btrfs-control", none, 1, 'c', 0, 10, 234},
    node_run{"bus/usb/001/00", 1, 5, 'c', 0, 189, 0},
    node_run{"bus/usb/002/00", 1, 2, 'c', 0, 189, 128},
    node_run{"console", none, 1, 'c', 5, 5, 1},
    node_run{"cpu_dma_latency", none, 1, 'c', 0, 10, 124},
    node_run{"dri/card", 0, 1, 'c', 44, 226, 0},
    node_run{"dri/renderD", 128, 1, 'c', 106, 226, 128},
    node_run{"fb", 0, 1, 'c', 44, 29, 0},
    node_run{"full", none, 1, 'c', 0, 1, 7},
    node_run{"fuse", none, 1, 'c', 0, 10, 229},
    node_run{"gpiochip", 0, 3, 'c', 0, 254, 0},
    node_run{"hidraw", 0, 2, 'c', 0, 242, 0},
    node_run{"hpet", none, 1, 'c', 0, 10, 228},
    node_run{"hwrng", none, 1, 'c', 0, 10, 183},
    node_run{"i2c-", 0, 6, 'c', 0, 89, 0},
    node_run{"input/event", 0, 8, 'c', 104, 13, 64},
    node_run{"input/mice", none, 1, 'c', 104, 13, 63},
    node_run{"kmsg", none, 1, 'c', 0, 1, 11},
    node_run{"kvm", none, 1, 'c', 107, 10, 232},
    node_run{"loop", 0, 8, 'b', 6, 7, 0},
    node_run{"loop-control", none, 1, 'c', 6, 10, 237},
    node_run{"mapper/control", none, 1, 'c', 0, 10, 236},
    node_run{"mcelog", none, 1, 'c', 0, 10, 227},
    node_run{"mei", 0, 1, 'c', 0, 241, 0},
    node_run{"mem", none, 1, 'c', 15, 1, 1},
    node_run{"mmcblk", 0, 1, 'b', 6, 179, 0},
    node_run{"mmcblk0p", 1, 3, 'b', 6, 179, 1},
    node_run{"net/tun", none, 1, 'c', 0, 10, 200},
    node_run{"null", none, 1, 'c', 0, 1, 3},
    node_run{"nvme", 0, 1, 'c', 0, 240, 0},
    node_run{"nvme0n", 1, 1, 'b', 6, 259, 0},
    node_run{"nvme0n1p", 1, 4, 'b', 6, 259, 1},
    node_run{"port", none, 1, 'c', 15, 1, 4},
    node_run{"ppp", none, 1, 'c', 0, 108, 0},
    node_run{"ptmx", none, 1, 'c', 5, 5, 2},
    node_run{"ram", 0, 16, 'b', 6, 1, 0},
    node_run{"random", none, 1, 'c', 0, 1, 8},
    node_run{"rfkill", none, 1, 'c', 0, 10, 242},
    node_run{"rtc", 0, 1, 'c', 0, 252, 0},
    node_run{"sda", none, 1, 'b', 6, 8, 0},
    node_run{"sda", 1, 4, 'b', 6, 8, 1},
    node_run{"snapshot", none, 1, 'c', 0, 10, 231},
    node_run{"snd/controlC", 0, 1, 'c', 29, 116, 2},
    node_run{"snd/pcmC0D", 0, 2, 'c', 29, 116, 3},
    node_run{"snd/seq", none, 1, 'c', 29, 116, 1},
    node_run{"snd/timer", none, 1, 'c', 29, 116, 33},
    node_run{"tpm", 0, 1, 'c', 0, 10, 224},
    node_run{"tpmrm", 0, 1, 'c', 0, 253, 65536},
    node_run{"tty", none, 1, 'c', 5, 5, 0},
    node_run{"tty", 0, 64, 'c', 5, 4, 0},
    node_run{"ttyACM", 0, 1, 'c', 20, 166, 0},
    node_run{"ttyAMA", 0, 1, 'c', 20, 204, 64},
    node_run{"ttyS", 0, 32, 'c', 20, 4, 64},
    node_run{"ttyUSB", 0, 2, 'c', 20, 188, 0},
    node_run{"udmabuf", none, 1, 'c', 0, 10, 125},
    node_run{"uhid", none, 1, 'c', 0, 10, 239},
    node_run{"uinput", none, 1, 'c', 0, 10, 223},
    node_run{"urandom", none, 1, 'c', 0, 1, 9},
    node_run{"usbmon", 0, 3, 'c', 0, 243, 0},
    node_run{"userfaultfd", none, 1, 'c', 0, 10, 126},
    node_run{"vcs", none, 1, 'c', 5, 7, 0},
    node_run{"vcs", 1, 6, 'c', 5, 7, 1},
    node_run{"vcsa", none, 1, 'c', 5, 7, 128},
    node_run{"vcsa", 1, 6, 'c', 5, 7, 129},
    node_run{"vcsu", none, 1, 'c', 5, 7, 64},
    node_run{"vcsu", 1, 6, 'c', 5, 7, 65},
    node_run{"vda", none, 1, 'b', 6, 252, 0},
    node_run{"vda", 1, 4, 'b', 6, 252, 1},
    node_run{"vga_arbiter", none, 1, 'c', 0, 10, 63},
    node_run{"vhost-net", none, 1, 'c', 0, 10, 238},
    node_run{"vhost-vsock", none, 1, 'c', 0, 10, 241},
    node_run{"video", 0, 4, 'c', 44, 81, 0},
    node_run{"watchdog", none, 1, 'c', 0, 10, 130},
    node_run{"watchdog", 0, 1, 'c', 0, 249, 0},
    node_run{"zero", none, 1, 'c', 0, 1, 5},
    node_run{"zram", 0, 1, 'b', 6, 251, 0},
};

// Devices leave out numbers that are zero.
std::string member(std::string_view name, int value) {
    return value == 0 ? std::string{} : fmt::format(R"(,"{}":{})", name, value);
}

std::string host_devices() {
    std::vector<std::pair<std::string, std::string>> nodes; // by path, as a walk over /dev finds them
    for (const auto& run : node_runs) {
        for (int i = 0; i < run.count; ++i) {
            const auto number = run.first == none ? std::string{} : fmt::format("{}", run.first + i);
            auto path = fmt::format("/dev/{}{}", run.name, number);
            auto node = fmt::format(R"({{"path":"{}","device_type":"{}"{}{}{}}})", path, run.type,
                                    member("gid", run.group), member("major", run.major),
                                    member("minor", run.minor + i));
            nodes.emplace_back(std::move(path), std::move(node));
        }
    }
    std::sort(nodes.begin(), nodes.end());
    std::vector<std::string_view> texts;
    for (const auto& node : nodes) texts.push_back(node.second);
    return fmt::format(R"(,"host_devices":[{}])", fmt::join(texts, ","));
}

struct mount {
    std::string_view device;
    std::string_view directory;
    std::string_view type;
    std::string_view options;
};

constexpr std::string_view xfs = "rw,relatime,seclabel,attr2,inode64,logbufs=8,logbsize=32k,noquota";
constexpr std::string_view overlay =
    "rw,nodev,relatime,context=\\\"system_u:object_r:container_file_t:s0:c100,c200\\\","
    "lowerdir=/var/lib/containers/storage/overlay/l/A,upperdir=/var/lib/containers/storage/overlay/0/diff,"
    "workdir=/var/lib/containers/storage/overlay/0/work";

constexpr std::array mounts{
    mount{"proc", "/proc", "proc", "rw,nosuid,nodev,noexec,relatime"},
    mount{"sysfs", "/sys", "sysfs", "rw,nosuid,nodev,noexec,relatime,seclabel"},
    mount{"devtmpfs", "/dev", "devtmpfs", "rw,nosuid,seclabel,size=4096k,nr_inodes=1048576,mode=755,inode64"},
    mount{"securityfs", "/sys/kernel/security", "securityfs", "rw,nosuid,nodev,noexec,relatime"},
    mount{"tmpfs", "/dev/shm", "tmpfs", "rw,nosuid,nodev,seclabel,inode64"},
    mount{"devpts", "/dev/pts", "devpts", "rw,nosuid,noexec,relatime,seclabel,gid=5,mode=620,ptmxmode=000"},
    mount{"tmpfs", "/run", "tmpfs",
          "rw,nosuid,nodev,seclabel,size=800000k,nr_inodes=819200,mode=755,inode64"},
    mount{"cgroup2", "/sys/fs/cgroup", "cgroup2",
          "rw,nosuid,nodev,noexec,relatime,seclabel,nsdelegate,memory_recursiveprot"},
    mount{"pstore", "/sys/fs/pstore", "pstore", "rw,nosuid,nodev,noexec,relatime,seclabel"},
    mount{"efivarfs", "/sys/firmware/efi/efivars", "efivarfs", "rw,nosuid,nodev,noexec,relatime"},
    mount{"bpf", "/sys/fs/bpf", "bpf", "rw,nosuid,nodev,noexec,relatime,mode=700"},
    mount{"/dev/mmcblk0p2", "/", "ext4", "rw,noatime"},
    mount{"/dev/sda4", "/sysroot", "xfs", xfs},
    mount{"/dev/sda4", "/", "xfs", xfs},
    mount{"/dev/sda4", "/etc", "xfs", xfs},
    mount{"/dev/sda4", "/usr", "xfs", xfs},
    mount{"/dev/sda4", "/var", "xfs", xfs},
    mount{"selinuxfs", "/sys/fs/selinux", "selinuxfs", "rw,nosuid,noexec,relatime"},
    mount{"systemd-1", "/proc/sys/fs/binfmt_misc", "autofs",
          "rw,relatime,fd=31,pgrp=1,timeout=0,minproto=5,maxproto=5,direct,pipe_ino=15000"},
    mount{"hugetlbfs", "/dev/hugepages", "hugetlbfs", "rw,relatime,seclabel,pagesize=2M"},
    mount{"mqueue", "/dev/mqueue", "mqueue", "rw,nosuid,nodev,noexec,relatime,seclabel"},
    mount{"debugfs", "/sys/kernel/debug", "debugfs", "rw,nosuid,nodev,noexec,relatime,seclabel"},
    mount{"tracefs", "/sys/kernel/tracing", "tracefs", "rw,nosuid,nodev,noexec,relatime,seclabel"},
    mount{"configfs", "/sys/kernel/config", "configfs", "rw,nosuid,nodev,noexec,relatime"},
    mount{"fusectl", "/sys/fs/fuse/connections", "fusectl", "rw,nosuid,nodev,noexec,relatime"},
    mount{"ramfs", "/run/credentials/systemd-sysctl.service", "ramfs",
          "ro,nosuid,nodev,noexec,relatime,mode=700"},
    mount{"tmpfs", "/tmp", "tmpfs", "rw,nosuid,nodev,seclabel,nr_inodes=1048576,inode64"},
    mount{"/dev/mmcblk0p1", "/boot", "vfat",
          "rw,relatime,fmask=0022,dmask=0022,codepage=437,iocharset=ascii,shortname=mixed,errors=remount-ro"},
    mount{"/dev/sda2", "/boot/efi", "vfat",
          "rw,relatime,fmask=0077,dmask=0077,codepage=437,iocharset=ascii,shortname=winnt,errors=remount-ro"},
    mount{
        "tmpfs", "/run/user/1000", "tmpfs",
        "rw,nosuid,nodev,relatime,seclabel,size=400000k,nr_inodes=100000,mode=700,uid=1000,gid=1000,inode64"},
    mount{"overlay", "/var/lib/containers/storage/overlay/0/merged", "overlay", overlay},
    mount{"shm", "/var/lib/containers/storage/overlay-containers/0/userdata/shm", "tmpfs",
          "rw,nosuid,nodev,noexec,relatime,size=64000k"},
    mount{"nsfs", "/run/netns/netns-0", "nsfs", "rw"},
};

std::string mount_list() {
    std::vector<std::string> texts;
    for (const auto& each : mounts) {
        texts.push_back(fmt::format(R"-({{"device":"{}","directory":"{}","type":"{}","options":"({})"}})-",
                                    each.device, each.directory, each.type, each.options));
    }
    return fmt::format(R"(,"mounts":[{}])", fmt::join(texts, ","));
}

} // namespace

std::string hardware_dictionary() { return fmt::format("{}{}{}}}", machine, host_devices(), mount_list()); }

} // namespace edgeconf::fleet
