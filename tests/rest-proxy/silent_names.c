/* For LD_PRELOAD: name servers that answer for every name but one that begins with "silent". */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <string.h>
#include <unistd.h>

typedef int lookup(const char *, const char *, const struct addrinfo *, struct addrinfo **);

__attribute__((visibility("default"))) int getaddrinfo(const char *node, const char *service,
                                                       const struct addrinfo *hints, struct addrinfo **found) {
    lookup *next; /* a function is no object pointer to ISO C */
    void *const symbol = dlsym(RTLD_NEXT, "getaddrinfo");
    if (node != NULL && strncmp(node, "silent", 6) == 0)
        for (;;) pause();
    memcpy(&next, &symbol, sizeof next);
    return next(node, service, hints, found);
}
