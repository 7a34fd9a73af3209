// What Martlet uses of libxml2: the HTML parser and its tree.
#ifndef MARTLET_CXML_SHIM_H
#define MARTLET_CXML_SHIM_H
#include <libxml/HTMLparser.h>
#include <libxml/tree.h>
#include <libxml/xmlerror.h>
#endif
