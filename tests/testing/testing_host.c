/* The harness of ecp/testing.h, as a vendor uses it. usage: testing_host CASE, with EDGECONF naming the
 * program. */
#include <ecp/testing.h>

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHECK(claim)                                                                                         \
    do {                                                                                                     \
        if (!(claim)) {                                                                                      \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #claim);                              \
            exit(1);                                                                                         \
        }                                                                                                    \
    } while (0)

static const ecp_test_host_options fleet = {.provider = "memory",
                                            .options_json = "{\"manifests\":\t\"" FLEET "\"}"};

static ecp_test_host *started(const ecp_test_host_options *options) {
    char why[2000];
    ecp_test_host *host = ecp_test_host_start(options, why, sizeof why);
    if (!host) {
        fprintf(stderr, "%s\n", why);
        exit(1);
    }
    return host;
}

/* The whole response to a GET, up to what `into` takes. */
static void get(const char *url, const char *path, char *into, size_t room) {
    char request[1000];
    char address[32];
    unsigned port;
    size_t size = 0;
    ssize_t got = 1;
    struct sockaddr_in peer = {.sin_family = AF_INET};
    const int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(sscanf(url, "http://%31[0-9.]:%u", address, &port) == 2);
    CHECK(inet_pton(AF_INET, address, &peer.sin_addr) == 1);
    peer.sin_port = htons((unsigned short)port);
    CHECK(connect(connection, (struct sockaddr *)&peer, sizeof peer) == 0);
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", path,
             address);
    CHECK(write(connection, request, strlen(request)) == (ssize_t)strlen(request));
    while (got > 0 && size + 1 < room) {
        got = read(connection, into + size, room - size - 1);
        if (got > 0) size += (size_t)got;
    }
    into[size] = '\0';
    close(connection);
}

static void check_camera(const ecp_test_host *host) {
    char response[4000];
    get(ecp_test_host_url(host), "/api/flotta-backend/v1/namespaces/plant-1/devices/camera-1/configuration",
        response, sizeof response);
    CHECK(strncmp(response, "HTTP/1.1 200 ", 13) == 0);
    CHECK(strstr(response, "\"period_seconds\":30"));
}

/* No child is left, not even an ended one; no folder either. */
static void check_nothing_left(void) {
    DIR *folder = opendir(getenv("TMPDIR"));
    struct dirent *entry;
    CHECK(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
    while (folder && (entry = readdir(folder)) != NULL) CHECK(entry->d_name[0] == '.');
    closedir(folder);
}

static void serves(void) {
    char response[4000];
    char text[64] = "";
    FILE *log;
    ecp_test_host *host = started(&fleet);
    check_camera(host);
    get(ecp_test_host_pages_url(host), "/readyz", response, sizeof response);
    CHECK(strncmp(response, "HTTP/1.1 200 ", 13) == 0);
    log = fopen(ecp_test_host_log(host), "r");
    CHECK(log && fread(text, 1, sizeof text - 1, log) > 0 && strstr(text, "info"));
    fclose(log);
    CHECK(ecp_test_host_stop(host) == 0);
}

static pthread_barrier_t both_serve;

static void *one_of_two(void *url) {
    ecp_test_host *host = started(&fleet);
    snprintf(url, 64, "%s", ecp_test_host_url(host));
    pthread_barrier_wait(&both_serve);
    check_camera(host);
    pthread_barrier_wait(&both_serve);
    CHECK(ecp_test_host_stop(host) == 0);
    return NULL;
}

static void parallel(void) {
    pthread_t threads[2];
    char urls[2][64];
    int i;
    CHECK(pthread_barrier_init(&both_serve, NULL, 2) == 0);
    for (i = 0; i < 2; ++i) CHECK(pthread_create(&threads[i], NULL, one_of_two, urls[i]) == 0);
    for (i = 0; i < 2; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
    CHECK(strcmp(urls[0], urls[1]) != 0);
}

static void check_refused(ecp_test_host_options options, const char *reason) {
    char why[1000] = "";
    char cut[100];
    ecp_test_host *host = ecp_test_host_start(&options, why, sizeof why);
    CHECK(host == NULL);
    if (!strstr(why, reason)) {
        fprintf(stderr, "'%s' is not in: %s\n", reason, why);
        exit(1);
    }
    CHECK(ecp_test_host_start(&options, cut, sizeof cut) == NULL);
    CHECK(strlen(cut) < sizeof cut);
    check_nothing_left();
}

static void refusals(void) {
    check_refused((ecp_test_host_options){.provider = REFUSING_PROVIDER}, "refuses this host: ");
    check_refused((ecp_test_host_options){.provider = "memory", .options_json = "{\"approval\":\"maybe\"}"},
                  "approval");
    check_refused((ecp_test_host_options){.provider = "./not-there.so"}, "./not-there.so: No such file");
    check_refused((ecp_test_host_options){.provider = "not-there"}, "not-there.so");
    check_refused((ecp_test_host_options){.provider = "memory", .binary = "/dev/null"},
                  "/dev/null is no program");
    check_refused((ecp_test_host_options){.provider = "memory", .binary = "/bin/false"},
                  "ended with status 1");
    check_refused((ecp_test_host_options){.provider = NEVER_READY, .timeout_ms = 300},
                  "was not ready after 300 ms");
    check_refused((ecp_test_host_options){0}, "no provider is named");
    CHECK(unsetenv("EDGECONF") == 0 && setenv("PATH", "/nowhere:", 1) == 0);
    check_refused((ecp_test_host_options){.provider = "memory"}, "edgeconf is no program");
}

/* Becomes the parent of what loses its own, so the host's end can be waited for. */
static void orphan(void) {
    int status = 0;
    int ready[2];
    char byte;
    pid_t starter;
    CHECK(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0 && pipe(ready) == 0);
    starter = fork();
    if (starter == 0) {
        started(&fleet);
        CHECK(write(ready[1], "r", 1) == 1);
        for (;;) pause();
    }
    CHECK(read(ready[0], &byte, 1) == 1);
    CHECK(kill(starter, SIGKILL) == 0);
    CHECK(waitpid(starter, &status, 0) == starter);
    CHECK(waitpid(-1, &status, 0) > 0);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    CHECK(waitpid(-1, NULL, 0) == -1 && errno == ECHILD);
}

/* A host that does not stop in time is killed. */
static void hanging(void) {
    ecp_test_host *host = started(&(ecp_test_host_options){.provider = HANGING_PROVIDER, .timeout_ms = 3000});
    CHECK(ecp_test_host_stop(host) == 128 + SIGKILL);
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        void (*run)(void);
        int leaves_folder;
    } cases[] = {{"serves", serves, 0},
                 {"parallel", parallel, 0},
                 {"refusals", refusals, 0},
                 {"orphan", orphan, 1},
                 {"hanging", hanging, 0}};
    char folder[] = "/tmp/testing_host-XXXXXX";
    size_t i;
    CHECK(argc == 2 && mkdtemp(folder) && setenv("TMPDIR", folder, 1) == 0);
    for (i = 0; i < sizeof cases / sizeof cases[0]; ++i) {
        if (strcmp(cases[i].name, argv[1]) != 0) continue;
        cases[i].run();
        if (cases[i].leaves_folder) return execl("/bin/rm", "rm", "-r", folder, (char *)NULL);
        check_nothing_left();
        CHECK(rmdir(folder) == 0);
        return 0;
    }
    fprintf(stderr, "no such case: %s\n", argv[1]);
    return 2;
}
