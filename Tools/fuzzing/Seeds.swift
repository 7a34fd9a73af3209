// Writes what people type (the vectors of the tests) as files for a fuzzer to begin with.

import Glibc

@main
struct Seeds {
  static func main() {
    for (number, vector) in Vectors.all.enumerated() {
      guard let file = unsafe fopen("\(CommandLine.arguments[1])/vector-\(number)", "w") else {
        exit(1)
      }
      unsafe fwrite(vector.query, 1, vector.query.utf8.count, file)
      unsafe fclose(file)
    }
  }
}
