/* A temporary folder and what lies in it. */
#ifndef ECP_TEST_FOLDER_H
#define ECP_TEST_FOLDER_H

/* A new folder that only this user may enter, below $TMPDIR or /tmp; to be freed. NULL: see errno. */
char *ecp_test_folder_make(void);

/* With all that is in it. */
void ecp_test_folder_remove(const char *folder);

/* FOLDER/NAME; to be freed. NULL: no memory. */
char *ecp_test_folder_path(const char *folder, const char *name);

#endif
