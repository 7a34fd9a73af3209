import CLinux
import Glibc

/// A thread of the system, with a name that `top -H` shows.
@safe
struct Thread: Sendable {
  private final class Start {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }
  }

  private let id: pthread_t

  /// - Parameter name: at most 15 bytes.
  init(name: String, _ body: @escaping @Sendable () -> Void) throws(StartError) {
    var id = pthread_t()
    let start = unsafe Unmanaged.passRetained(Start(name: name, body: body))
    let code = unsafe pthread_create(
      &id, nil,
      { argument in
        guard let argument = unsafe argument else { return nil }
        let start = unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        unsafe martlet_name_thread(start.name)
        start.body()
        return nil
      }, start.toOpaque())
    guard code == 0 else {
      unsafe start.release()
      throw StartError(.system, "no thread: \(unsafe String(cString: strerror(code)))")
    }
    self.id = id
  }

  /// Waits for the end of the thread. Once.
  func join() { pthread_join(id, nil) }
}
