#include "ldap/slapd.hpp"

#include "support/eventually.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <stdexcept>
#include <utility>

namespace edgeconf::test {

namespace fs = std::filesystem;

namespace {

const fs::path schema_folder{EDGECONF_LDAP_SCHEMA};

// Nothing listens there now; somebody may by the time that slapd does.
std::uint16_t free_port() {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    auto* address = reinterpret_cast<sockaddr*>(&at);
    const bool found = bind(fd, address, size) == 0 && getsockname(fd, address, &size) == 0;
    close(fd);
    if (!found) throw std::runtime_error{"no port is free"};
    return ntohs(at.sin_port);
}

// A sanitizer or a shim that is preloaded into the test is none of theirs, and neither is ldap.conf.
std::map<std::string, std::string> environment() { return {{"LD_PRELOAD", ""}, {"LDAPNOINIT", "1"}}; }

std::string on_loopback(std::string_view scheme, std::uint16_t port) {
    return std::string{scheme} + "://127.0.0.1:" + std::to_string(port);
}

std::string peer_dn() {
    return "gidNumber=" + std::to_string(getegid()) + "\\+uidNumber=" + std::to_string(geteuid()) +
           ",cn=peercred,cn=external,cn=auth";
}

} // namespace

slapd::slapd(slapd_options options)
    : options_{std::move(options)}, data_{options_.data_folder.empty() ? folder_.path() / "data"
                                                                       : options_.data_folder},
      ca_{folder_.path() / "tls", "directory-ca"},
      server_identity_{
          ca_.issue("server", {.common_name = "directory", .dns = {"localhost"}, .ip = {"127.0.0.1"}})},
      host_identity_{ca_.issue("host", {.common_name = "edgeconf"})} {
    folder_.write("password", host().password + "\n");
    fs::create_directory(configuration_folder());
    fs::create_directories(data_);
    configure();
    int attempts = 0;
    do {
        if (++attempts > 10) throw std::runtime_error{"slapd does not start; it says:\n" + log()};
        port_ = free_port();
        tls_port_ = free_port();
    } while (!comes_up());
    adapt();
    if (options_.tree) make_tree();
}

slapd::~slapd() = default;

std::string slapd::url() const { return on_loopback("ldap", port_); }

std::string slapd::tls_url() const { return on_loopback("ldaps", tls_port_); }

std::string slapd::socket_url() const {
    std::string escaped;
    for (const char c : (folder_.path() / "socket").string()) {
        if (c == '/')
            escaped += "%2F";
        else
            escaped += c;
    }
    return "ldapi://" + escaped;
}

std::string slapd::search(std::vector<std::string> arguments) const {
    auto done = try_search(std::move(arguments), administrator());
    expect(done);
    return std::move(done.output);
}

finished slapd::try_add(std::string_view ldif, const caller& by) const {
    return tool("ldapadd", {"-f", folder_.write("add.ldif", ldif)}, by);
}

finished slapd::try_modify(std::string_view ldif, const caller& by) const {
    return tool("ldapmodify", {"-f", folder_.write("modify.ldif", ldif)}, by);
}

finished slapd::try_remove(const std::string& dn, const caller& by) const {
    return tool("ldapdelete", {"-r", dn}, by);
}

finished slapd::try_search(std::vector<std::string> arguments, const caller& by) const {
    arguments.insert(arguments.begin(), {"-LLL", "-o", "ldif_wrap=no", "-b", base()});
    return tool("ldapsearch", std::move(arguments), by);
}

void slapd::stop() {
    resume();
    child_->signal(SIGTERM);
    const auto ended = child_->wait();
    child_.reset();
    if (ended.exit_code != 0) throw std::runtime_error{"slapd did not end in order; it says:\n" + log()};
}

void slapd::kill() { child_.reset(); }

void slapd::pause() const { child_->signal(SIGSTOP); }

void slapd::resume() const { child_->signal(SIGCONT); }

void slapd::start() {
    if (!comes_up()) throw std::runtime_error{"slapd does not start again; it says:\n" + log()};
}

void slapd::wipe() {
    for (const auto& file : fs::directory_iterator{data_}) fs::remove_all(file);
}

void slapd::load(const fs::path& ldif) const {
    expect(run({"/usr/sbin/slapadd", "-q", "-w", "-n", "1", "-F", configuration_folder(), "-l", ldif},
               environment()));
}

std::string slapd::backup() const {
    auto done = run({"/usr/sbin/slapcat", "-n", "1", "-F", configuration_folder()}, environment());
    expect(done);
    return std::move(done.output);
}

void slapd::restore(std::string_view backup) {
    wipe();
    expect(run({"/usr/sbin/slapadd", "-n", "1", "-F", configuration_folder(), "-l",
                folder_.write("backup.ldif", backup)},
               environment()));
}

void slapd::make_tree() const {
    const auto group = "cn=edge-administrators,ou=groups," + suffix();
    const auto unit = [](const std::string& name, const std::string& parent) {
        return "dn: ou=" + name + "," + parent + "\nobjectClass: organizationalUnit\n\n";
    };
    const auto person = [](const caller& who) {
        return "dn: " + who.dn + "\nobjectClass: inetOrgPerson\ncn: x\nsn: x\nuserPassword: " + who.password +
               "\n\n";
    };
    expect(
        try_add("dn: " + suffix() + "\nobjectClass: organization\nobjectClass: dcObject\no: example\n\n" +
                    unit("services", suffix()) + unit("people", suffix()) + unit("groups", suffix()) +
                    "dn: " + host_dn() +
                    "\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\nuserPassword: " +
                    host().password + "\n\n" + person(administrator()) + person(stranger()) + "dn: " + group +
                    "\nobjectClass: groupOfNames\nmember: " + administrator().dn + "\n\n" +
                    unit("edge", suffix()) + unit("devices", base()) + unit("objects", base()),
                root()));
}

std::string slapd::log() const {
    const auto file = folder_.path() / "log";
    return fs::exists(file) ? read_file(file) : std::string{};
}

// As Debian's slapd comes, on an empty database.
void slapd::configure() const {
    std::string ldif = "dn: cn=config\nobjectClass: olcGlobal\ncn: config\n"
                       "olcTLSCACertificateFile: " +
                       ca_.certificate().string() +
                       "\nolcTLSCertificateFile: " + server_identity_.certificate.string() +
                       "\nolcTLSCertificateKeyFile: " + server_identity_.key.string() +
                       "\nolcTLSVerifyClient: try\n"
                       "olcAuthzRegexp: {0}\"^cn=edgeconf,o=flotta-operator$\" \"" +
                       host_dn() + "\"\nolcAuthzRegexp: {1}\"^" + peer_dn() + "$\" \"" + administrator().dn +
                       "\"\n\n"
                       "dn: cn=module{0},cn=config\nobjectClass: olcModuleList\ncn: module{0}\n"
                       "olcModulePath: /usr/lib/ldap\nolcModuleLoad: back_mdb\n\n"
                       "dn: cn=schema,cn=config\nobjectClass: olcSchemaConfig\ncn: schema\n\n";
    for (const auto* name : {"core", "cosine", "inetorgperson"})
        ldif += read_file(fs::path{"/etc/ldap/schema"} / (std::string{name} + ".ldif")) + "\n";
    ldif +=
        read_file(schema_folder / "edgeconf.ldif") +
        "\ndn: olcDatabase={0}config,cn=config\nobjectClass: olcDatabaseConfig\nolcDatabase: {0}config\n"
        "olcRootDN: " +
        configurator().dn + "\nolcRootPW: " + configurator().password +
        "\n\ndn: olcDatabase={1}mdb,cn=config\nobjectClass: olcDatabaseConfig\nobjectClass: olcMdbConfig\n"
        "olcDatabase: {1}mdb\nolcSuffix: " +
        suffix() + "\nolcRootDN: " + root().dn + "\nolcRootPW: " + root().password +
        "\nolcDbDirectory: " + data_.string() + "\nolcDbMaxSize: " + std::to_string(options_.data_bytes) +
        "\nolcDbNoSync: " + (options_.fast ? "TRUE" : "FALSE") +
        "\nolcDbIndex: objectClass eq\nolcDbIndex: cn,uid eq\nolcDbIndex: member eq\n"
        "olcAccess: {0}to attrs=userPassword by self write by anonymous auth by * none\n"
        "olcAccess: {1}to * by * read\n";
    expect(run({"/usr/sbin/slapadd", "-n", "0", "-F", configuration_folder(), "-l",
                folder_.write("configuration.ldif", ldif)},
               environment()));
}

// Whether it answers; if not, it has ended. It makes tables for as many connections as it may have open,
// hence the limit.
bool slapd::comes_up() {
    const auto said_before = log().size();
    child_.emplace(std::vector<std::string>{"prlimit", "--nofile=1024", "setpriv", "--pdeathsig", "KILL",
                                            "/usr/sbin/slapd", "-d", options_.log, "-s", "0", "-F",
                                            configuration_folder(), "-h",
                                            url() + " " + tls_url() + " " + socket_url()},
                   environment(), folder_.path() / "log");
    // It says so before it listens, on its socket last.
    bool answers = false;
    eventually([&] {
        answers = log().find("slapd starting", said_before) != std::string::npos &&
                  tool("ldapwhoami", {}, {}).exit_code == 0;
        return answers || !child_->is_running();
    });
    if (!answers) child_.reset();
    return answers;
}

// As its administrator is told to.
void slapd::adapt() const {
    expect(try_modify(read_file(schema_folder / "access.ldif"), configurator()));
    if (options_.syncprov) expect(try_modify(read_file(schema_folder / "syncprov.ldif"), configurator()));
    if (!options_.configuration.empty()) expect(try_modify(options_.configuration, configurator()));
}

finished slapd::tool(std::string_view name, std::vector<std::string> arguments, const caller& by) const {
    std::vector<std::string> argv{std::string{name}, "-x", "-H", socket_url()};
    if (!by.dn.empty()) argv.insert(argv.end(), {"-D", by.dn, "-w", by.password});
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return run(std::move(argv), environment());
}

void slapd::expect(const finished& done) {
    if (done.exit_code != 0) throw std::runtime_error{done.errors + done.output};
}

std::string device_dn(const slapd& directory, std::string_view id) {
    return "edgeDeviceId=" + std::string{id} + ",ou=devices," + directory.base();
}

} // namespace edgeconf::test
