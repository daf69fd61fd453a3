/* The C library of a system that is newer than all there are, for newer_library.c to be linked with. */
int edgeconf_test_function_of_tomorrow(void);
int edgeconf_test_function_of_tomorrow(void) { return 1; }
