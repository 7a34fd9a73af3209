/// What this program is called and which it is: one place for the daemon, the tool and the answers.
public enum Product {
  public static let name = "martlet"
  public static let version = "0.1.0"
  /// The part of the path that all of the API lies below.
  public static let api = "v1"
}
