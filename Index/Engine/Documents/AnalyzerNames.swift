import Analysis
import QueryLanguage

extension Analyzer {
  /// What is said of a name that no analyzer has.
  package static func unknown(_ name: String) -> String {
    let said = "there is no analyzer \"\(String(name.prefix(64)))\""
    if let nearest = NearestName.of(name.lowercased(), among: names) {
      return "\(said); did you mean \(nearest)?"
    }
    return "\(said); there are \(names.joined(separator: ", "))"
  }
}
