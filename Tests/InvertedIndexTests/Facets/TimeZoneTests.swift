import Testing

@testable import InvertedIndex

@Suite("Time zones")
struct TimeZoneTests {
  static let names = [
    "Europe/Helsinki", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia",
    "Africa/Casablanca",
    "America/Havana", "Asia/Kathmandu", "America/Scoresbysund", "Europe/Dublin", "Asia/Tehran",
    "Etc/GMT-3", "America/Sao_Paulo",
  ]

  /// Seconds since 1970 and seconds ahead of UTC, by Python's zoneinfo: around changes, long ago, in 2099.
  static let offsets: [(String, [(Int64, Int64)])] = [
    (
      "Europe/Helsinki",
      [
        (877_827_599, 10800), (877_827_600, 7200), (1_224_982_799, 10800), (1_224_982_800, 7200),
        (1_168_723_365, 7200), (-5_000_000_000, 5989), (4_080_000_000, 10800),
        (4_095_000_000, 10800),
      ]
    ),
    (
      "America/New_York",
      [
        (765_356_399, -18000), (765_356_400, -14400), (1_004_248_799, -14400),
        (1_004_248_800, -18000), (1_296_908_414, -18000), (-5_000_000_000, -17762),
        (4_080_000_000, -14400), (4_095_000_000, -14400),
      ]
    ),
    (
      "Australia/Lord_Howe",
      [
        (1_111_849_199, 39600), (1_111_849_200, 37800), (1_270_306_799, 39600),
        (1_270_306_800, 37800), (1_247_370_366, 37800), (-5_000_000_000, 38180),
        (4_080_000_000, 37800), (4_095_000_000, 39600),
      ]
    ),
    (
      "Pacific/Apia",
      [
        (1_316_872_799, -39600), (1_316_872_800, -36000), (1_285_498_799, -39600),
        (1_285_498_800, -36000), (1_007_668_780, -39600), (-5_000_000_000, 45184),
      ]
    ),
    (
      "Africa/Casablanca",
      [
        (1_396_144_799, 0), (1_396_144_800, 3600), (1_557_021_599, 3600), (1_557_021_600, 0),
        (503_221_913, 3600), (-5_000_000_000, -1820),
      ]
    ),
    (
      "America/Havana",
      [
        (828_853_199, -18000), (828_853_200, -14400), (1_414_904_399, -14400),
        (1_414_904_400, -18000), (1_009_883_194, -18000), (-5_000_000_000, -19768),
        (4_080_000_000, -14400), (4_095_000_000, -14400),
      ]
    ),
    ("Asia/Kathmandu", [(1_161_732_570, 20700), (-5_000_000_000, 20476)]),
    (
      "America/Sao_Paulo",
      [
        (1_476_586_799, -10800), (1_476_586_800, -7200), (1_192_330_799, -10800),
        (1_192_330_800, -7200), (1_022_960_728, -10800), (-5_000_000_000, -11188),
      ]
    ),
    (
      "Europe/Dublin",
      [
        (1_035_680_399, 3600), (1_035_680_400, 0), (1_269_737_999, 0), (1_269_738_000, 3600),
        (323_446_306, 3600), (-5_000_000_000, -1521), (4_080_000_000, 3600), (4_095_000_000, 3600),
      ]
    ),
    ("Etc/GMT-3", [(498_048_707, 10800), (-5_000_000_000, 10800)]),
  ]

  @Test("offsets before, in and behind the tables", arguments: offsets)
  func offset(_ name: String, _ wanted: [(Int64, Int64)]) throws {
    guard let zone = try? TimeZone.named(name) else { return }
    for (moment, offset) in wanted {
      #expect(zone.period(at: moment * 1_000).offset == offset * 1_000, "\(name) \(moment)")
    }
  }

  @Test("a moment by the clocks is the first at which they show it or later", arguments: names)
  func moments(_ name: String) throws {
    guard let zone = try? TimeZone.named(name) else { return }
    let seed = LongRun.seed()
    var chance = SearchChance(seed: seed)
    for _ in 0..<2_000 {
      let around = zone.period(at: Int64(chance.below(3_000_000_000)) * 1_000)
      let base = around.end == .max ? 1_600_000_000_000 : around.end + around.offset
      let local = base + Int64(chance.below(28_800_000)) - 14_400_000
      let moment = zone.moment(local: local)
      func shown(_ moment: Int64) -> Int64 { moment + zone.period(at: moment).offset }
      #expect(shown(moment) >= local, "seed \(seed), \(name), \(local)")
      // Nothing before it shows as much: looked at around the changes of three days.
      var before = moment - 1
      while before > moment - 259_200_000 {
        #expect(shown(before) < local, "seed \(seed), \(name), \(local)")
        before = max(zone.period(at: before).start, moment - 300_000_000) - 1
      }
    }
  }

  @Test(
    "fixed offsets need no file",
    arguments: [
      ("UTC", 0), ("Z", 0), ("+02:00", 7_200_000), ("-0530", -19_800_000), ("+14", 50_400_000),
    ] as [(String, Int64)])
  func fixed(_ name: String, _ offset: Int64) throws {
    #expect(TimeZone.fixedOffset(name) == offset)
    #expect(try TimeZone.named(name).period(at: 0).offset == offset)
  }

  @Test(
    "names that are no zones are refused, whatever lies there",
    arguments: [
      "", "/", "..", "../passwd", "Europe/../../etc/passwd", "/etc/passwd", "Europe", "Europe/",
      "Europe//Helsinki", "zone.tab", "leapseconds", "Europe/Hel\0sinki", "+2", "+25:00", "+02:60",
      "Europe/Helsink\u{ef}", "tzdata.zi", String(repeating: "a", count: 5_000),
    ])
  func refused(_ name: String) {
    #expect(throws: IndexError.self) { try TimeZone.named(name) }
  }

  @Test("the nearest name is said")
  func nearest() {
    guard (try? TimeZone.named("Europe/Helsinki")) != nil else { return }
    for name in ["europe/helsinki", "Europe/Helsinky", "Europa/Helsinki"] {
      let error = #expect(throws: IndexError.self) { try TimeZone.named(name) }
      let detail = error?.description ?? ""
      #expect(detail.contains("did you mean \"Europe/Helsinki\"?"), "\(detail)")
    }
  }

  @Test("a damaged file is refused or read, never more")
  func damaged() throws {
    guard let bytes = TimeZone.read(TimeZone.folder + "/Europe/Helsinki") else { return }
    #expect(TimeZone(tzif: bytes) != nil)
    for length in 0..<bytes.count where length % 7 == 0 {
      _ = TimeZone(tzif: Array(bytes[..<length]))
    }
    let seed = LongRun.seed()
    var chance = SearchChance(seed: seed)
    for _ in 0..<2_000 {
      var damaged = bytes
      for _ in 0...chance.below(4) {
        damaged[chance.oneIn(2) ? chance.below(100) : chance.below(bytes.count)] = UInt8(
          chance.below(256))
      }
      if let zone = TimeZone(tzif: damaged) {
        _ = zone.moment(local: zone.period(at: 1_700_000_000_000).offset)
      }
    }
  }

  @Test(
    "rules of POSIX",
    arguments: [
      ("EET-2EEST,M3.5.0/3,M10.5.0/4", true), ("<+0330>-3:30", true), ("UTC0", true),
      ("XXX3EDT4,0/0,J365/23", true), ("EST5EDT,M3.2.0,M11.1.0", true), ("EST", false),
      ("EST5EDT", false), ("EST5EDT,M13.1.0,M11.1.0", false), ("", false), ("E5", false),
      ("EST5EDT,M3.2.0,M11.1.0x", false), ("<EST5", false),
    ])
  func rules(_ text: String, _ isRule: Bool) {
    #expect((ZoneRule(text.utf8) != nil) == isRule)
  }

  @Test("texts carry the offset")
  func texts() throws {
    guard let zone = try? TimeZone.named("Europe/Helsinki") else { return }
    #expect(zone.text(1_525_122_000_000) == "2018-05-01T00:00:00+03:00")
    #expect(TimeZone.utc.text(1_525_122_000_000) == "2018-04-30T21:00:00Z")
    #expect(TimeZone(fixed: -19_800_000).text(0) == "1969-12-31T18:30:00-05:30")
  }
}
