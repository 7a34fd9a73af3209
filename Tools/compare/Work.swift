import Glibc
import JSON

/// The folder that everything is built in, with a folder for each build in it.
struct Work {
  let path: String

  static let planFile = "plan.json"
  static let queriesFile = "queries.json"

  /// Makes a new folder in `parent`, which is made as well if need be; else where temporary files go.
  init(in parent: String?) throws(Failure) {
    let temporary = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) }
    let base = parent ?? temporary.flatMap { $0.isEmpty ? nil : $0 } ?? "/var/tmp"
    if parent != nil, unsafe mkdir(base, 0o755) != 0, errno != EEXIST {
      throw Failure(.cannotCreate, Failure("mkdir", base, errno: errno).message)
    }
    var template = Array("\(base)/martlet-compare-XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else {
      throw Failure(.cannotCreate, Failure("mkdtemp", base, errno: errno).message)
    }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// A folder for one build, new and empty.
  func folder(_ name: String, _ plan: Plan) throws(Failure) -> String {
    let folder = "\(path)/\(name)"
    Self.remove(folder)
    guard unsafe mkdir(folder, 0o755) == 0 else { throw Failure("mkdir", folder, errno: errno) }
    try writeFile("\(folder)/\(Self.planFile)", Array(plan.json.description.utf8))
    return folder
  }

  func write(_ queries: [PairedQuery], in folder: String) throws(Failure) {
    let list = queries.map { paired -> JSONValue in
      [
        "type": .string(paired.query.type), "text": .string(paired.query.text),
        "union": .bool(paired.query.isUnion),
      ]
    }
    try writeFile("\(folder)/\(Self.queriesFile)", Array(JSONValue.array(list).description.utf8))
  }

  func remove() { Self.remove(path) }

  /// Removes a folder with everything in it, links not followed.
  static func remove(_ path: String) {
    if let folder = unsafe opendir(path) {
      while let entry = unsafe readdir(folder) {
        let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
          unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) { name in
            unsafe String(cString: name)
          }
        }
        guard name != ".", name != ".." else { continue }
        let child = "\(path)/\(name)"
        if unsafe unlink(child) != 0 { remove(child) }
      }
      unsafe closedir(folder)
    }
    unsafe rmdir(path)
  }
}
