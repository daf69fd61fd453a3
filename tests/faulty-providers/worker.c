/* Answers from a thread of its own, several calls at once: no fault at all. */
#include "worker.h"

FAULTY_PROVIDER(WORKER_TABLE)
