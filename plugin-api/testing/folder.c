#include "folder.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

char *ecp_test_folder_make(void) {
    const char *parent = getenv("TMPDIR");
    char *folder = ecp_test_folder_path(parent && *parent ? parent : "/tmp", "edgeconf-test-XXXXXX");
    if (folder && !mkdtemp(folder)) {
        free(folder);
        folder = NULL;
    }
    return folder;
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *at) {
    (void)about;
    (void)kind;
    (void)at;
    return remove(path) == 0 ? 0 : -1;
}

void ecp_test_folder_remove(const char *folder) { nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS); }

char *ecp_test_folder_path(const char *folder, const char *name) {
    char *path = NULL;
    return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}
