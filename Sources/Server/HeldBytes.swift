/// Bytes of bodies and answers that one connection holds. All together are bounded by `Limits.heldBytes`.
struct HeldBytes {
  private var count = 0

  /// - Returns: false, and nothing is added, if all connections would hold too much.
  mutating func take(_ bytes: Int, of connections: Connections) -> Bool {
    guard connections.heldBytes + bytes <= connections.limits.heldBytes else { return false }
    add(bytes, to: connections)
    return true
  }

  /// Adds what is there already, whatever the bound.
  mutating func add(_ bytes: Int, to connections: Connections) {
    connections.heldBytes += bytes
    count += bytes
  }

  mutating func release(to connections: Connections) {
    connections.heldBytes -= count
    count = 0
  }
}
