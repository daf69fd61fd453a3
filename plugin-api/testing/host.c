#include "ecp/testing.h"

#include "child.h"
#include "folder.h"
#include "log.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct ecp_test_host {
    ecp_test_child child;
    ecp_test_log log;
    int timeout_ms;
    char *folder;
    char *configuration;
    char *log_path;
    char *url;
    char *pages_url;
};

/* ---- the configuration file ----------------------------------------------------------------- */

/* In double quotes, as YAML wants it. */
static void write_text(FILE *file, const char *text) {
    fputc('"', file);
    for (; *text; ++text) {
        if (*text == '"' || *text == '\\') fputc('\\', file);
        fputc(*text, file);
    }
    fputc('"', file);
}

/* JSON is YAML but for its tabs and its lines' ends, which it has only where a blank will do. */
static void write_json(FILE *file, const char *json) {
    for (; *json; ++json) fputc(*json == '\n' || *json == '\r' || *json == '\t' ? ' ' : *json, file);
}

/* 0, or the errno. */
static int write_configuration(const char *path, const ecp_test_host_options *options) {
    const int is_path = strchr(options->provider, '/') != NULL;
    char *whole = is_path ? realpath(options->provider, NULL) : NULL;
    FILE *file;
    if (is_path && !whole) return errno;
    file = fopen(path, "we");
    if (file) {
        fputs("device-api: {listen: \"127.0.0.1:0\"}\n"
              "observe: {listen: \"127.0.0.1:0\", log: {level: debug}}\n"
              "provider:\n  library: ",
              file);
        write_text(file, whole ? whole : options->provider);
        fputs("\n  options: ", file);
        write_json(file, options->options_json ? options->options_json : "{}");
        fputc('\n', file);
    }
    free(whole);
    return file && fclose(file) == 0 ? 0 : errno;
}

/* ---- the program ---------------------------------------------------------------------------- */

/* To be freed; NULL: there is none. */
static char *on_path(const char *name) {
    const char *at = getenv("PATH");
    while (at && *at) {
        const size_t length = strcspn(at, ":");
        char *folder = strndup(at, length);
        char *found = folder ? ecp_test_folder_path(*folder ? folder : ".", name) : NULL;
        free(folder);
        if (found && access(found, X_OK) == 0) return found;
        free(found);
        at += length + (at[length] == ':');
    }
    return NULL;
}

static char *find_binary(const ecp_test_host_options *options) {
    const char *named = options->binary ? options->binary : getenv("EDGECONF");
    if (!named || !*named) return on_path("edgeconf");
    return strchr(named, '/') ? strdup(named) : on_path(named);
}

/* ---- readiness ------------------------------------------------------------------------------ */

/* "http://ADDRESS" from the line that names what `api` listens on; to be freed. NULL: not yet. */
static char *url_of(const char *log, const char *api) {
    static const char key[] = " address=";
    const char *line = strstr(log, api);
    const char *address = line ? strstr(line, key) : NULL;
    char *url = NULL;
    if (!address) return NULL;
    address += sizeof key - 1;
    return asprintf(&url, "http://%.*s", (int)strcspn(address, " \n"), address) < 0 ? NULL : url;
}

static int is_ready(ecp_test_host *host, const char *log) {
    if (!strstr(log, " ready\n")) return 0;
    host->url = url_of(log, " api=device ");
    host->pages_url = url_of(log, " api=observe ");
    return host->url && host->pages_url;
}

static int has_ended(const ecp_test_host *host) {
    struct pollfd ended = {.fd = host->child.fd, .events = POLLIN};
    return poll(&ended, 1, 0) == 1;
}

/* What has happened, and the end of the log, where the reason is. */
static void explain(char *error, size_t error_size, const char *what, int number, const char *log) {
    const size_t room = error_size > 80 ? error_size - 80 : 0;
    const size_t length = log ? strlen(log) : 0;
    snprintf(error, error_size, what, number, log ? log + (length > room ? length - room : 0) : "");
}

/* 0; or ends the child and writes why. */
static int await_ready(ecp_test_host *host, char *error, size_t error_size) {
    const long long until = ecp_test_now_ms() + host->timeout_ms;
    for (;;) {
        const int ended = has_ended(host); /* before the log is read: then all of it is there */
        char *log = ecp_test_log_read(&host->log);
        const int ready = log && is_ready(host, log);
        const int over = !ready && (ended || !ecp_test_log_wait(&host->log, host->child.fd, until));
        if (over) {
            const int status = ecp_test_child_end(&host->child, SIGKILL, -1);
            if (ended)
                explain(error, error_size, "edgeconf ended with status %d and was not ready:\n%s", status,
                        log);
            else
                explain(error, error_size, "edgeconf was not ready after %d ms:\n%s", host->timeout_ms, log);
        }
        free(log);
        if (ready || over) return over;
    }
}

/* ---- a host --------------------------------------------------------------------------------- */

static void discard(ecp_test_host *host) {
    if (host->folder) ecp_test_folder_remove(host->folder);
    free(host->folder);
    free(host->configuration);
    free(host->log_path);
    free(host->url);
    free(host->pages_url);
    free(host);
}

static int make_files(ecp_test_host *host, const ecp_test_host_options *options, char *error,
                      size_t error_size) {
    int failed;
    host->folder = ecp_test_folder_make();
    if (!host->folder) {
        snprintf(error, error_size, "no temporary folder: %s", strerror(errno));
        return -1;
    }
    host->configuration = ecp_test_folder_path(host->folder, "edgeconf.yaml");
    host->log_path = ecp_test_folder_path(host->folder, "log");
    failed = host->configuration && host->log_path ? 0 : ENOMEM;
    if (!failed && (failed = write_configuration(host->configuration, options)) != 0)
        snprintf(error, error_size, "the provider %s: %s", options->provider, strerror(failed));
    else if (failed)
        snprintf(error, error_size, "%s", strerror(failed));
    return failed;
}

static int run(ecp_test_host *host, const char *binary, char *error, size_t error_size) {
    char *arguments[] = {(char *)binary, "serve", "--config", host->configuration, NULL};
    int failed = ecp_test_log_open(&host->log, host->log_path);
    if (failed) {
        snprintf(error, error_size, "%s: %s", host->log_path, strerror(failed));
        return failed;
    }
    failed = ecp_test_child_start(&host->child, binary, arguments, host->log.output);
    if (failed)
        snprintf(error, error_size, "%s: %s", binary, strerror(failed));
    else
        failed = await_ready(host, error, error_size);
    ecp_test_log_close(&host->log);
    return failed;
}

ecp_test_host *ecp_test_host_start(const ecp_test_host_options *options, char *error, size_t error_size) {
    char *binary = find_binary(options);
    ecp_test_host *host = calloc(1, sizeof *host);
    int failed = -1;
    if (!options->provider) {
        snprintf(error, error_size, "no provider is named");
    } else if (!host) {
        snprintf(error, error_size, "out of memory");
    } else if (!binary || access(binary, X_OK) != 0) {
        snprintf(error, error_size,
                 "%s is no program: name edgeconf in `binary` or in the environment variable EDGECONF, or "
                 "put it on the PATH",
                 binary ? binary : "edgeconf");
    } else {
        host->timeout_ms = options->timeout_ms > 0 ? options->timeout_ms : 30000;
        failed = make_files(host, options, error, error_size);
        if (!failed) failed = run(host, binary, error, error_size);
    }
    free(binary);
    if (failed && host) discard(host);
    return failed ? NULL : host;
}

const char *ecp_test_host_url(const ecp_test_host *host) { return host->url; }

const char *ecp_test_host_pages_url(const ecp_test_host *host) { return host->pages_url; }

const char *ecp_test_host_log(const ecp_test_host *host) { return host->log_path; }

int ecp_test_host_stop(ecp_test_host *host) {
    const int status = ecp_test_child_end(&host->child, SIGTERM, host->timeout_ms);
    discard(host);
    return status;
}
