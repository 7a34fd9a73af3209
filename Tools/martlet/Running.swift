import InvertedIndex
import WireAPI

/// Runs calls of the engine; what they throw ends the command as its `Failure`.
func engine<Value>(_ body: () throws(IndexError) -> Value) throws(Failure) -> Value {
  do throws(IndexError) { return try body() } catch { throw Failure(error) }
}

/// The same for calls of the wire API.
func wire<Value>(_ body: () throws(Problem) -> Value) throws(Failure) -> Value {
  do throws(Problem) { return try body() } catch { throw Failure(error) }
}

/// Calls of the engine that answer a question: what they throw is said as the wire API says it, too. The exit code
/// stays that of the error, which tells more than the status of HTTP.
func answering<Value>(_ body: () throws(IndexError) -> Value) throws(Failure) -> Value {
  do throws(IndexError) {
    return try body()
  } catch {
    var failure = Failure(error)
    failure.problem = Problem(error).json()
    throw failure
  }
}
