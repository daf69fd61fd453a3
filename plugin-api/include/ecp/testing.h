/* ecp/testing.h - an edgeconf host for the tests of a provider.
 *
 *     char why[1024];
 *     ecp_test_host *host = ecp_test_host_start(
 *         &(ecp_test_host_options){.provider = "build/my_provider.so"}, why, sizeof why);
 *     ... GET ecp_test_host_url(host) + "/api/flotta-backend/v1/namespaces/default/devices/..."
 *     ecp_test_host_stop(host);
 *
 * The host is the program `edgeconf`, as a child process with a temporary folder of its own. It serves plain
 * HTTP on loopback ports that the kernel chooses, so any number of them can run beside each other. No TLS:
 * what a provider is asked does not depend on it. Linux 5.3 or later; link edgeconf::testing.
 *
 * It dies with the thread that started it, however that ends (PR_SET_PDEATHSIG), and leaves its folder behind
 * then: start it in a thread that lives as long as the test. Different hosts may be used from different
 * threads, one host from one thread at a time.
 */
#ifndef ECP_TESTING_H
#define ECP_TESTING_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ecp_test_host ecp_test_host;

/* Zero or NULL is the default. Borrowed for the call. */
typedef struct ecp_test_host_options {
    const char *provider;     /* a path (with a /), or the name of one that comes with edgeconf: "memory" */
    const char *options_json; /* the provider's options, one JSON object; {} by default. Relative paths in
                                 it start at the host's temporary folder; no pairs of \u for one character */
    const char *binary;       /* the program; by default what the environment variable EDGECONF names, else
                                 `edgeconf` on the PATH */
    int timeout_ms;           /* how long it may take until it is ready, and to stop; 30,000 by default */
} ecp_test_host_options;

/* Returns when the host says that it is ready. NULL: it does not get there; `error` then has the reason,
 * the host's own words with it, cut to `error_size` bytes with the final NUL. Nothing is left behind. */
ecp_test_host *ecp_test_host_start(const ecp_test_host_options *options, char *error, size_t error_size);

/* "http://127.0.0.1:PORT", without a slash at its end; until ecp_test_host_stop(). */
const char *ecp_test_host_url(const ecp_test_host *host);       /* the device API                       */
const char *ecp_test_host_pages_url(const ecp_test_host *host); /* /livez, /readyz, /statusz and /metrics */

/* The file with all that the host has said, at level debug, for a test that fails. It goes with the host. */
const char *ecp_test_host_log(const ecp_test_host *host);

/* Ends the host (SIGTERM; SIGKILL if that takes too long), waits for it and removes its folder. Returns its
 * exit status, 0 if all went well, or 128 and the number of the signal that ended it. `host` is gone. */
int ecp_test_host_stop(ecp_test_host *host);

#ifdef __cplusplus
}
#endif
#endif /* ECP_TESTING_H */
