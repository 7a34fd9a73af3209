import Testing

@testable import martlet_compare

@Suite struct CompareTests {
}
