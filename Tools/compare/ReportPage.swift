extension Report {
  func page() -> String { "" }
}
