import Synchronization

/// A progress line that may be told from any thread.
final class SharedProgress: Sendable {
  private let progress: Mutex<Progress>
  private let unit: Progress.Unit

  init(_ label: String, unit: Progress.Unit, total: Int?, quiet: Bool) {
    self.unit = unit
    progress = Mutex(Progress(label, unit: unit, total: total, quiet: quiet))
  }

  var elapsed: Double { progress.withLock { $0.elapsed } }

  func update(done: Int, total: Int) {
    progress.withLock {
      $0.update(done: done, documents: unit == .documents ? done : nil, total: total)
    }
  }

  func clear() { progress.withLock { $0.clear() } }
}
