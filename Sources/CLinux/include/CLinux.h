// System calls and structures that Swift's Glibc module does not show.
#ifndef MARTLET_CLINUX_H
#define MARTLET_CLINUX_H
#include <sys/types.h>

// Who is at the other end of a Unix socket, as SO_PEERCRED tells it. 0, or -1 and errno.
int martlet_peer_credentials(int descriptor, pid_t *_Nonnull pid, uid_t *_Nonnull uid,
                             gid_t *_Nonnull gid);

// Its supplementary groups, as SO_PEERGROUPS tells them: how many there are, of which none were written if that is more
// than `capacity`. -1 and errno.
int martlet_peer_groups(int descriptor, gid_t *_Nonnull groups, unsigned int capacity);

// A connection that waits on a listening socket, neither blocking nor inherited. -1 and errno.
int martlet_accept(int descriptor);

// Names the calling thread for `top -H`; at most 15 bytes.
void martlet_name_thread(const char *_Nonnull name);

// The magic number of the file system that an open file lies on, as fstatfs tells it. -1 and errno.
long long martlet_filesystem_type(int descriptor);

// Blocks of 128 KiB and more are mappings of their own from now on, and go back to the system when they are
// freed. glibc raises that threshold with each such block that is freed, up to 32 MiB; large buffers
// then leave holes in its heaps that a memory budget cannot see.
void martlet_return_large_blocks(void);
#endif
