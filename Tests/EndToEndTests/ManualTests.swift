// The manual pages and completions are made, and what the help and the pages show as examples works as it stands.

import Glibc
import JSON
import Testing

@Suite("The manual")
struct ManualTests {
  /// The description of a program and its commands.
  private static func description(of program: String) throws -> JSONValue {
    let result = try ToolProcess(["--experimental-dump-help"], program: program).wait()
    #expect(result.status == 0, "\(result.errors)")
    return try JSONValue.parse(result.output)["command"] ?? .null
  }

  /// Command lines of the help: indented, and beginning with the tool or a command that feeds it.
  private static func examples(_ command: JSONValue) -> [String] {
    let own = (command["discussion"]?.string ?? "").split(separator: "\n").compactMap { line in
      let text = line.drop { $0 == " " }
      let isExample = text.hasPrefix("martlet ") || text.hasPrefix("zcat ")
      guard line.hasPrefix("  "), isExample else { return nil as String? }
      // Behind wide space an example is commented.
      return String(text[..<(text.firstRange(of: "   ")?.lowerBound ?? text.endIndex)])
    }
    return own + (command["subcommands"]?.array ?? []).flatMap(examples)
  }

  /// What the examples speak of: articles, notes, tables, an index of each.
  private static let world = #"""
    mkdir -p home/notes/drafts etc
    cat >articles.jsonl <<'END'
    {"id": "reut2-000-17", "title": "The balance of power", "body": "The nuclear deterrent and nuclear arms, says Niinistö, and herring.", "tags": ["NATO", "obsolete"], "date": "2018-05-14"}
    {"id": "reut2-000-18", "title": "NATO looks back", "body": "Peskov on the nuclear deterrent: Putin and Trump at the summit in Helsinki.", "tags": ["NATO"], "date": "2019-11-02"}
    {"id": "old", "title": "Long ago", "body": "Nothing of note.", "tags": ["past"], "date": "1998-01-01"}
    END
    head -1 articles.jsonl | gzip >more.jsonl.gz
    cp articles.jsonl stream.jsonl
    cp articles.jsonl more.jsonl
    gzip -c articles.jsonl >dump.gz
    printf 'geonameid,name\n1,Turku\n2,Oulu\n' >cities.csv
    printf '# Herring\n\nBuy herring.\n' >home/notes/herring.md
    printf '# Later\n' >home/notes/drafts/later.md
    printf 'paths = %s/home/notes\n' "$PWD" >etc/notes.conf
    printf 'a, b\nusa => united states\n' >synonyms.txt
    martlet index -q news articles.jsonl
    for name in news-1 news-2 news-3 wire-2018 wire-2019; do martlet index -q $name articles.jsonl; done
    martlet alias set -q current=news-2 all=news-1,news-2
    martlet index -q old articles.jsonl
    martlet index -q notes home/notes
    martlet schema news >news.json
    printf '{"id": "/usr/share/doc/bash/README.gz", "body": "bash"}\n' | martlet index -q docs -
    """#

  @Test("every example of the help works as it stands")
  func examples() throws {
    let bench = try ClientBench(harbour: false)
    let made = try bench.shell(Self.world)
    try #require(made.status == 0, "\(made.errors)")
    var ran = 0
    for (number, example) in Self.examples(try Self.description(of: "martlet")).enumerated() {
      let line =
        example
        .replacing("/run/martlet/martlet.sock", with: bench.daemon.socket)
        .replacing("/etc/martlet/", with: "etc/").replacing("/srv/martlet", with: "data")
        .replacing("| jq .", with: "| grep -q .")
      // Each has the world to itself.
      let script = """
        rm -rf '../\(number)' && mkdir '../\(number)' && cd '../\(number)'
        cp -r ../data ../home ../etc . && cp ../*.* .
        export HOME="$PWD/home" MARTLET_DATA="$PWD/data"
        \(line)
        """
      let result = try bench.shell("mkdir -p here && cd here\n" + script, input: "yes\n")
      // Nobody can be asked here.
      let asks = example == "martlet drop old"
      #expect(
        result.status == (asks ? 64 : 0), "\(example)\n\(result.output)\n\(result.errors)")
      ran += 1
    }
    #expect(ran > 40)
  }

  @Test("pages and completions are made of the programs themselves")
  func pages() throws {
    let bench = try ToolBench()
    // Tests/EndToEndTests/ManualTests.swift → the checkout
    let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let out = "\(bench.path)/out"
    let made = try ToolProcess(
      [],
      wrapper: [
        "/bin/sh", "-ec",
        "'\(root)/Tools/manuals' --build '\(ToolProcess.programs)' '\(out)'",
      ]
    ).wait()
    #expect(made.status == 0, "\(made.errors)")

    let tool = try bench.read("out/man/martlet.1")
    for command in try Self.description(of: "martlet")["subcommands"]?.array ?? [] {
      let name = command["commandName"]?.string ?? ""
      #expect(tool.contains(".SS \"martlet \(name)") || name == "help", "\(name)")
    }
    #expect(try bench.read("out/man/martletd.8").contains("\\-\\-socket"))
    let query = try bench.read("out/man/martlet-query.7")
    #expect(query.contains("NEAR") && query.contains("unclosed_quote"))
    for page in ["martlet.1", "martletd.8", "martlet-query.7"] where ClientBench.has("groff") {
      let checked = try ToolProcess(
        [], wrapper: ["/bin/sh", "-ec", "groff -ww -z -K utf8 -T utf8 -man '\(out)/man/\(page)'"]
      ).wait()
      #expect(checked.status == 0 && checked.errors.isEmpty, "\(page): \(checked.errors)")
    }
    for (shell, file) in [
      ("bash", "martlet"), ("zsh", "_martlet"), ("fish", "martlet.fish"), ("bash", "martletd"),
      ("zsh", "_martletd"), ("fish", "martletd.fish"),
    ] {
      let path = "\(out)/completions/\(shell)/\(file)"
      #expect(try bench.read("out/completions/\(shell)/\(file)").contains("martlet"))
      guard ClientBench.has(shell) else { continue }
      let checked = try ToolProcess([], wrapper: ["/usr/bin/env", shell, "-n", path]).wait()
      #expect(checked.status == 0, "\(path): \(checked.errors)")
    }
  }
}
