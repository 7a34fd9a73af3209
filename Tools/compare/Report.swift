import InvertedIndex
import Measuring

/// All that a run found out.
struct Report {
  var record = RunRecord()
  var scan: DocumentScan
  /// nil: the queries came from a file.
  var seed: UInt64?
  var rounds = 0
  var builds = 0
  /// The best build of each number of threads; the first is the one that is searched.
  private(set) var martletBuilds: [(threads: Int, build: Build)] = []
  private(set) var fts5Build = Build()
  var searching = (ours: ProcessMemory(), theirs: ProcessMemory())
  var queries: [PairedQuery] = []
  var leftOut: [String: Int] = [:]
  var remarks: [String] = []
  var agreement = Agreement()
  var race: Race?
  var figures: [TypeFigures] = []
  var typed: [Typed] = []

  init(scan: DocumentScan, seed: UInt64?) {
    self.scan = scan
    self.seed = seed
  }

  var martletBuild: Build { martletBuilds.first?.build ?? Build() }

  mutating func note(_ build: Build, threads: Int) {
    guard let place = martletBuilds.firstIndex(where: { $0.threads == threads }) else {
      martletBuilds.append((threads, build))
      return
    }
    martletBuilds[place].build = martletBuilds[place].build.better(of: build)
  }

  mutating func note(fts5 build: Build) {
    fts5Build = fts5Build.documents == 0 ? build : fts5Build.better(of: build)
  }

  /// Numbers of queries by type that both were asked.
  var typeCounts: [(type: String, count: Int)] {
    figures.filter { $0.band == nil }.map { ($0.type, $0.queries) }
  }

  var errors: Int { typed.count { $0.error != nil } }
  var faults: Int { typed.count { $0.fault != nil } }
}

extension Build {
  /// The better of both, time by time: what else the machine did counts for neither.
  fileprivate func better(of other: Build) -> Build {
    var best = other.elapsed.wall < elapsed.wall ? other : self
    best.elapsed.wall = min(elapsed.wall, other.elapsed.wall)
    best.elapsed.processor = min(elapsed.processor, other.elapsed.processor)
    return best
  }
}

/// Theirs by ours; 0 where ours is none.
func quotient(_ theirs: Double, _ ours: Double) -> Double { ours > 0 ? theirs / ours : 0 }
