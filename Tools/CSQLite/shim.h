// SQLite with the C API of FTS5, which its header ends with. Only martlet-compare links it.
#ifndef MARTLET_CSQLITE_SHIM_H
#define MARTLET_CSQLITE_SHIM_H
#include <sqlite3.h>
#endif
