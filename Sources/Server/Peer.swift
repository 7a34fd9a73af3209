// Who is at the other end of a connection, as the kernel knows it: what it was when the client called connect(2).

import CLinux
import Glibc

/// Decisions are made by user and groups; the process id is told in the log alone, since ids are used again.
struct Peer: Sendable, Equatable {
  var uid: uid_t
  var gid: gid_t
  var pid: pid_t
  /// Supplementary groups.
  var groups: [gid_t]

  var isRoot: Bool { uid == 0 }

  init(uid: uid_t, gid: gid_t, pid: pid_t, groups: [gid_t] = []) {
    self.uid = uid
    self.gid = gid
    self.pid = pid
    self.groups = groups
  }

  /// Reads SO_PEERCRED and SO_PEERGROUPS.
  /// - Returns: nil if either cannot be read: such a client is not served.
  init?(descriptor: Int32) {
    uid = 0
    gid = 0
    pid = 0
    groups = []
    guard unsafe martlet_peer_credentials(descriptor, &pid, &uid, &gid) == 0 else { return nil }
    // NGROUPS_MAX of Linux is 65,536; nearly everybody has fewer than 64.
    var capacity = 64
    while true {
      groups = [gid_t](repeating: 0, count: capacity)
      let count = unsafe Int(martlet_peer_groups(descriptor, &groups, UInt32(capacity)))
      guard count >= 0 else { return nil }
      if count <= capacity {
        groups.removeLast(capacity - count)
        return
      }
      guard capacity < count, count <= 65_536 else { return nil }
      capacity = count
    }
  }
}
