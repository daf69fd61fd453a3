/* The schema of its options is JSON, and no schema. */
#include "table.h"

FAULTY_PROVIDER(SERVING_TABLE, .config_schema = "{\"type\": \"object\", \"properties\": [\"database\"]}")
