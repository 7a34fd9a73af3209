import Glibc
import InvertedIndex

/// Where the indexes lie.
enum DataFolder {
  /// `--data`, else `$MARTLET_DATA`, else `/var/lib/martlet` for root, else `$XDG_DATA_HOME/martlet`, else
  /// `~/.local/share/martlet`.
  static func path(option: String?) throws(Failure) -> String {
    if let option {
      guard !option.isEmpty else { throw Failure(.usage, "--data: the path is empty") }
      return option
    }
    if let variable = environment("MARTLET_DATA"), !variable.isEmpty { return variable }
    if geteuid() == 0 { return "/var/lib/martlet" }
    // The specification says that a relative path there is to be ignored.
    if let folder = environment("XDG_DATA_HOME"), folder.hasPrefix("/") {
      return "\(folder)/martlet"
    }
    if let home = environment("HOME"), !home.isEmpty { return "\(home)/.local/share/martlet" }
    throw Failure(.usage, "no folder for the indexes: say --data DIR, or set MARTLET_DATA")
  }
}
