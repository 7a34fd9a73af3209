// The requests that workers have or will have, for whoever wants to see or end them: `/v1/requests`, `/metrics`, and
// the limit on what one user may have going on.

import InvertedIndex
import Synchronization
import WireAPI

/// From the moment it is given to the workers until its answer, or the last piece of it, has been written.
final class RunningRequest: Sendable {
  /// `X-Request-Id`: a client may use one twice.
  let id: String
  let peer: Peer
  let method: String
  /// Without what is behind `?`: that may be a query.
  let path: String
  /// CLOCK_MONOTONIC in nanoseconds.
  let started: UInt64
  let cancel = CancelFlag()
  private let begun = Atomic<Bool>(false)
  private let over = Atomic<Bool>(false)

  init(_ request: Request) {
    id = request.id
    peer = request.peer
    method = request.method.rawValue
    path = String(request.path)
    started = request.arrived
  }

  /// False while it waits for a worker, or is parked.
  var isRunning: Bool { begun.load(ordering: .relaxed) }

  /// Nobody will answer it any more, or somebody has: then the event loop may be gone as well.
  var isOver: Bool { over.load(ordering: .relaxed) }

  /// A worker has it.
  func begin() { begun.store(true, ordering: .relaxed) }

  func park() { begun.store(false, ordering: .relaxed) }

  fileprivate func end() { over.store(true, ordering: .relaxed) }
}

final class RunningRequests: Sendable {
  private let table = Mutex<[ObjectIdentifier: RunningRequest]>([:])

  init() {}

  /// What `peer` may see, root everything, oldest first.
  func list(for peer: Peer) -> [RunningRequest] {
    table.withLock { Array($0.values) }.filter { Self.belongs($0, to: peer) }
      .sorted { $0.started < $1.started }
  }

  /// Raises the flags of all requests of that id that `peer` may see.
  /// - Returns: false if there is none: others' requests look as if they were not there.
  func cancel(_ id: String, by peer: Peer) -> Bool {
    let found = table.withLock { $0.values.filter { $0.id == id && Self.belongs($0, to: peer) } }
    for request in found { request.cancel.cancel() }
    return !found.isEmpty
  }

  var counts: (running: Int, waiting: Int) {
    table.withLock { table in
      let running = table.values.count(where: \.isRunning)
      return (running, table.count - running)
    }
  }

  func insert(_ request: RunningRequest) {
    table.withLock { $0[ObjectIdentifier(request)] = request }
  }

  func remove(_ request: RunningRequest) {
    request.end()
    table.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(request)) }
  }

  private static func belongs(_ request: RunningRequest, to peer: Peer) -> Bool {
    peer.isRoot || request.peer.uid == peer.uid
  }
}
