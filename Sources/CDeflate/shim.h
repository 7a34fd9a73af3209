// libdeflate packs and unpacks whole blocks of deflate (RFC 1951), twice as fast as zlib.
#ifndef MARTLET_CDEFLATE_SHIM_H
#define MARTLET_CDEFLATE_SHIM_H
#include <libdeflate.h>
#endif
