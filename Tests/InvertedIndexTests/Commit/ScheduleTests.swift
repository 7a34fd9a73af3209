import Testing

@testable import InvertedIndex

@Suite struct ScheduleTests {
  /// 10,000 schedules, each named by its seed, in the long run; one in five of them in the short one, not always the same.
  @Test(arguments: 0..<10)
  func everyScheduleEndsLikeTheSerialOrder(_ tenth: Int) throws {
    var crashes = 0
    let step = LongRun.isAsked ? 1 : 5
    let first = tenth * 1_000 + Int.random(in: 0..<step)
    for seed in stride(from: first, to: (tenth + 1) * 1_000, by: step) {
      do {
        crashes += try Schedule.run(seed: UInt64(seed))
      } catch {
        Issue.record("seed \(seed): \(error)")
        return
      }
    }
    #expect(crashes > 500 / step)
  }

  @Test(arguments: [Sabotage.noFileSync, .noDirectorySync, .noTouchedIDs])
  func carelessnessIsNoticed(_ sabotage: Sabotage) {
    var wrong = 0
    for seed in 0..<300 {
      do { _ = try Schedule.run(seed: UInt64(seed), sabotage: sabotage) } catch { wrong += 1 }
    }
    #expect(wrong > 10)
  }
}
