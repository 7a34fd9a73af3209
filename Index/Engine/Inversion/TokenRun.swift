import Analysis

/// The tokens of one value, or of a window of it, behind those of the run before.
struct TokenRun {
  /// The number of the first token that is not in it.
  let end: Int
  let space: UInt16
  let document: UInt32
}

extension FormTable {
  /// Adds tokens, 128 at a time. The table is bound by cache misses: passes over the batch that only touch slots,
  /// then entries, let the misses overlap.
  /// - Parameter runs: whose the tokens are, up to the last one.
  mutating func insert(_ tokens: borrowing TokenBuffer, _ runs: [TokenRun]) {
    let all = unsafe tokens.tokenBase
    let forms = unsafe tokens.formBase
    var keys = [128 of UInt64](repeating: 0)
    var candidates = [128 of UInt32](repeating: 0)
    var run = 0
    var first = 0
    while first < tokens.count {
      let count = min(128, tokens.count - first)
      var sink: UInt64 = 0
      var i = 0
      var ahead = run
      while i < count {
        let salt = Self.salt(runs[ahead].space)
        let end = min(count, runs[ahead].end - first)
        while i < end {
          let key = unsafe all[first &+ i].hash ^ salt
          unsafe keys[unchecked: i] = key
          sink |= touch(key: key)
          i &+= 1
        }
        ahead += 1
      }
      for i in 0..<count {
        unsafe candidates[unchecked: i] = candidate(key: keys[unchecked: i])
      }
      for i in 0..<count { sink |= unsafe touch(candidates[unchecked: i]) }
      Self.keepAlive(sink)
      i = 0
      while true {
        let (runEnd, space, document) = (runs[run].end, runs[run].space, runs[run].document)
        let end = min(count, runEnd - first)
        while i < end {
          let token = unsafe all + first + i
          let entry = unsafe entry(
            word: forms + Int(token.pointee.form), length: Int(token.pointee.formLength),
            space: space, key: keys[unchecked: i], candidate: candidates[unchecked: i])
          unsafe append(entry, document: document, position: token.pointee.position)
          i &+= 1
        }
        if i == runEnd - first { run += 1 }
        if i == count { break }
      }
      first &+= count
    }
  }
}
