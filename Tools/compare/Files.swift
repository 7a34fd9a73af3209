import Glibc
import Measuring

// Files of a run; what fails is the run's failure.

func readBytes(_ path: String) throws(Failure) -> [UInt8] {
  do { return try readFile(path) } catch { throw Failure("open", path, errno: error.code ?? EIO) }
}

func writeFile(_ path: String, _ bytes: [UInt8]) throws(Failure) {
  try withNewFile(path, O_TRUNC) { (descriptor) throws(Failure) in
    try writeAll(descriptor, bytes, path: path)
  }
}

/// Whether a file can be written there, found out before there is anything to write. What is in it stays.
func checkWritable(_ path: String) throws(Failure) { try withNewFile(path, 0) { _ in } }

private func withNewFile(
  _ path: String, _ flags: Int32, _ body: (Int32) throws(Failure) -> Void
) throws(Failure) {
  let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0o644)
  guard descriptor >= 0 else {
    var failure = Failure("open", path, errno: errno)
    if failure.status != .permission { failure.status = .cannotCreate }
    throw failure
  }
  defer { close(descriptor) }
  try body(descriptor)
}

func writeAll(_ descriptor: Int32, _ bytes: [UInt8], path: String) throws(Failure) {
  do {
    try Measuring.writeAll(bytes, to: descriptor, path)
  } catch {
    throw Failure("write", path, errno: error.code ?? EIO)
  }
}
