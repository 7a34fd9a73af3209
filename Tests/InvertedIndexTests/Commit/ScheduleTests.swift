import Testing

@testable import InvertedIndex

@Suite struct ScheduleTests {
  /// 10,000 schedules; each seed names one.
  @Test(arguments: 0..<10)
  func everyScheduleEndsLikeTheSerialOrder(_ tenth: Int) throws {
    var crashes = 0
    for seed in tenth * 1_000..<(tenth + 1) * 1_000 {
      do {
        crashes += try Schedule.run(seed: UInt64(seed))
      } catch {
        Issue.record("seed \(seed): \(error)")
        return
      }
    }
    #expect(crashes > 500)
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
