import JSON
import Measuring

/// The report as JSON. Times are seconds for builds and microseconds for queries, sizes bytes; ratios are FTS5's figure
/// by Martlet's.
extension Report {
  func json() -> [UInt8] {
    var writer = JSONWriter(pretty: true)
    writer.object { writer in
      record.writeMembers(to: &writer)
      writer.field("sqlite", SQLiteConnection.version)
      writer.name("documents")
      documents(&writer)
      writer.name("build")
      build(&writer)
      writer.name("size")
      pair(&writer, Double(martletBuild.size), Double(fts5Build.size))
      writer.name("memory")
      memory(&writer)
      writer.name("queries")
      writer.object { writer in
        for figures in figures where figures.band == nil {
          writer.name(figures.type)
          writer.object { writer in
            self.figures(&writer, figures)
            let bands = self.figures.filter { $0.type == figures.type && $0.band != nil }
            guard !bands.isEmpty else { return }
            writer.name("bands")
            writer.object { writer in
              for band in bands {
                writer.name(band.band ?? "")
                writer.object { self.figures(&$0, band) }
              }
            }
          }
        }
      }
      writer.name("run")
      run(&writer)
      writer.field("compared", agreement.compared)
      writer.name("disagreements")
      writer.array { writer in
        for disagreement in agreement.disagreements { self.disagreement(&writer, disagreement) }
      }
      writer.name("typed")
      typed(&writer)
    }
    writer.newline()
    return writer.bytes
  }

  private func documents(_ writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("count", martletBuild.documents)
      writer.field("bytes", scan.bytes)
      writer.field("refused", scan.rejected)
      writer.field("replaced", scan.replaced)
      writer.field("analyzer", scan.plan.analyzer)
      writer.name("paths")
      writer.array { writer in for path in scan.plan.paths { writer.string(path) } }
      writer.name("searched")
      writer.array { writer in
        for column in scan.plan.columns where column.isSearched { writer.string(column.name) }
      }
    }
  }

  private func build(_ writer: inout JSONWriter) {
    writer.object { writer in
      for (place, built) in martletBuilds.enumerated() {
        writer.name(place == 0 ? "martlet" : "martlet_\(built.threads)_threads")
        self.build(&writer, built.build, threads: built.threads)
      }
      writer.name("fts5")
      self.build(&writer, fts5Build, threads: 1)
      writer.name("ratio")
      writer.object { writer in
        let ours = martletBuild
        writer.field("wall", quotient(fts5Build.elapsed.wall, ours.elapsed.wall))
        writer.field("processor", quotient(fts5Build.elapsed.processor, ours.elapsed.processor))
        writer.field(
          "wall_with_optimizing",
          quotient(
            (fts5Build.elapsed + fts5Build.optimizing).wall, (ours.elapsed + ours.optimizing).wall))
      }
      writer.name("fts5_settings")
      writer.array { writer in for line in FTS5Index.settings { writer.string(line) } }
    }
  }

  private func build(_ writer: inout JSONWriter, _ build: Build, threads: Int) {
    writer.object { writer in
      writer.field("threads", threads)
      writer.field("documents", build.documents)
      writer.field("wall", build.elapsed.wall)
      writer.field("processor", build.elapsed.processor)
      writer.field("optimizing_wall", build.optimizing.wall)
      writer.field("optimizing_processor", build.optimizing.processor)
      writer.field("size", build.size)
      if let index = build.indexSize { writer.field("index_size", index) }
      writer.field("peak_memory", build.memory.peak)
    }
  }

  private func memory(_ writer: inout JSONWriter) {
    writer.object { writer in
      writer.name("build_peak")
      pair(&writer, Double(martletBuild.memory.peak), Double(fts5Build.memory.peak))
      writer.name("search_peak")
      pair(&writer, Double(searching.ours.peak), Double(searching.theirs.peak))
      writer.name("search_anonymous")
      pair(&writer, Double(searching.ours.anonymous), Double(searching.theirs.anonymous))
    }
  }

  private func pair(_ writer: inout JSONWriter, _ ours: Double, _ theirs: Double) {
    writer.object { writer in
      writer.field("martlet", Int(ours))
      writer.field("fts5", Int(theirs))
      writer.field("ratio", quotient(theirs, ours))
    }
  }

  private func figures(_ writer: inout JSONWriter, _ figures: TypeFigures) {
    writer.field("queries", figures.queries)
    writer.field("mean_matches", figures.meanMatches)
    if let overlap = figures.overlap { writer.field("top_10_overlap", overlap) }
    for command in Race.Command.allCases {
      writer.name(command.key)
      writer.object { writer in
        writer.name("martlet")
        distribution(&writer, figures.ours[command.rawValue])
        writer.name("fts5")
        distribution(&writer, figures.theirs[command.rawValue])
        writer.name("ratio")
        writer.object { writer in
          writer.field("p50", figures.ratio(command, \.p50))
          writer.field("p99", figures.ratio(command, \.p99))
          writer.field("mean", figures.ratio(command, \.mean))
        }
      }
    }
  }

  private func distribution(_ writer: inout JSONWriter, _ distribution: Distribution) {
    writer.object { writer in
      writer.field("p50", distribution.p50)
      writer.field("p99", distribution.p99)
      writer.field("mean", distribution.mean)
    }
  }

  private func run(_ writer: inout JSONWriter) {
    writer.object { writer in
      if let seed { writer.field("seed", seed) }
      writer.field("queries", queries.count)
      writer.field("rounds", rounds)
      writer.field("builds", builds)
      writer.name("left_out")
      writer.object { writer in
        for (reason, count) in leftOut.sorted(by: { $0.key < $1.key }) {
          writer.field(reason, count)
        }
      }
      writer.name("remarks")
      writer.array { writer in for remark in remarks { writer.string(remark) } }
    }
  }

  private func disagreement(_ writer: inout JSONWriter, _ found: Agreement.Disagreement) {
    writer.object { writer in
      writer.field("type", found.type)
      writer.field("query", found.query)
      writer.field("fts5", Figures.visible(found.expression))
      for (name, count, examples) in [
        ("martlet_only", found.difference.oursOnly.count, found.oursOnly),
        ("fts5_only", found.difference.theirsOnly.count, found.theirsOnly),
      ] {
        writer.name(name)
        writer.object { writer in
          writer.field("count", count)
          writer.name("examples")
          writer.array { writer in for id in examples { writer.string(id) } }
        }
      }
      writer.name("warnings")
      writer.array { writer in for warning in found.warnings { writer.string(warning) } }
      writer.name("contradictions")
      writer.array { writer in for line in found.contradictions { writer.string(line) } }
    }
  }

  private func typed(_ writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("texts", typed.count)
      writer.field("fts5_errors", errors)
      writer.field("martlet_errors", faults)
      writer.name("answers")
      writer.array { writer in
        for typed in typed {
          writer.object { writer in
            writer.field("text", typed.text)
            if let fault = typed.fault {
              writer.field("martlet_error", fault)
            } else {
              writer.field("martlet", typed.ours)
            }
            writer.name("warnings")
            writer.array { writer in for warning in typed.warnings { writer.string(warning) } }
            if let count = typed.theirs { writer.field("fts5", count) }
            if let error = typed.error { writer.field("fts5_error", error) }
          }
        }
      }
    }
  }
}
