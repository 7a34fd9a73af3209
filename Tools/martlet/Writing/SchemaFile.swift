import InvertedIndex
import JSON

/// The file of `--schema`.
enum SchemaFile {
  /// No schema of a thousand fields comes near this.
  private static let largest = 4 << 20

  static func read(_ path: String) throws(Failure) -> Schema {
    let bytes = try SmallFile.read(path, largest: largest, what: "a schema")
    do {
      return try Schema(json: try JSONValue.parse(bytes))
    } catch let error as JSONError {
      throw Failure(.configuration, "\(path):\(error.line):\(error.column): \(error.message)")
    } catch {
      throw Failure(.configuration, "\(path): \(error)")
    }
  }
}
