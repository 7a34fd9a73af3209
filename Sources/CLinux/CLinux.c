#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/vfs.h>

int martlet_peer_credentials(int descriptor, pid_t *pid, uid_t *uid, gid_t *gid) {
  struct ucred peer;
  socklen_t length = sizeof peer;
  if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) return -1;
  *pid = peer.pid;
  *uid = peer.uid;
  *gid = peer.gid;
  return 0;
}

int martlet_peer_groups(int descriptor, gid_t *groups, unsigned int capacity) {
  socklen_t length = capacity * sizeof(gid_t);
  if (getsockopt(descriptor, SOL_SOCKET, SO_PEERGROUPS, groups, &length) != 0 && errno != ERANGE) return -1;
  return (int)(length / sizeof(gid_t));
}

void martlet_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

long long martlet_filesystem_type(int descriptor) {
  struct statfs status;
  if (fstatfs(descriptor, &status) != 0) return -1;
  return (unsigned int)status.f_type;
}

int martlet_accept(int descriptor) {
  return accept4(descriptor, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

void martlet_return_large_blocks(void) { mallopt(M_MMAP_THRESHOLD, 128 * 1024); }
