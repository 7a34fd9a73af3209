import Testing

@testable import martlet_bench

@Suite struct BenchTests {
}
