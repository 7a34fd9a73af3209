// System calls and structures that Swift's Glibc module does not show.
#ifndef MARTLET_CLINUX_H
#define MARTLET_CLINUX_H
#include <sys/types.h>

// Who is at the other end of a Unix socket, as SO_PEERCRED tells it. 0, or -1 and errno.
int martlet_peer_credentials(int descriptor, pid_t *pid, uid_t *uid, gid_t *gid);
#endif
