// swift-tools-version: 6.2
// Martlet: a full-text search daemon for one machine.
//
// `MARTLET_CORE=1 swift test` leaves the daemon, the tool and every fetched package out: the core alone
// builds in about a minute.

import PackageDescription

let coreOnly = Context.environment["MARTLET_CORE"] != nil

let settings: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableExperimentalFeature("Lifetimes"),
]

/// A target of this package: every one has the same settings.
func module(_ name: String, _ path: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, path: path, swiftSettings: settings)
}

func program(
  _ name: String, _ path: String, _ dependencies: [Target.Dependency], exclude: [String] = []
) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies, path: path, exclude: exclude, swiftSettings: settings)
}

func tests(
  _ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []
) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, path: "Tests/\(name)", resources: resources,
    swiftSettings: settings)
}

let nio: [Target.Dependency] = [
  .product(name: "NIOCore", package: "swift-nio"),
  .product(name: "NIOPosix", package: "swift-nio"),
  .product(name: "NIOHTTP1", package: "swift-nio"),
]

var targets: [Target] = [
  .systemLibrary(name: "CZlib", path: "Sources/CZlib", providers: [.apt(["zlib1g-dev"])]),
  .systemLibrary(
    name: "CDeflate", path: "Sources/CDeflate", providers: [.apt(["libdeflate-dev"])]),
  .systemLibrary(name: "CStemmer", path: "Sources/CStemmer", providers: [.apt(["libstemmer-dev"])]),
  .systemLibrary(
    name: "CXML", path: "Sources/CXML", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
  .target(name: "CLinux", path: "Sources/CLinux"),

  module("Bytes", "Index/Bytes"),
  module("JSON", "Index/JSON"),
  module("Analysis", "Index/Analysis", ["CStemmer"]),
  module("QueryLanguage", "Index/QueryLanguage"),
  module(
    "InvertedIndex", "Index/Engine",
    ["Bytes", "JSON", "Analysis", "QueryLanguage", "CLinux", "CDeflate"]),
  module(
    "Extraction", "Tools/Extraction",
    ["InvertedIndex", "Analysis", "Bytes", "JSON", "CZlib", "CXML"]),
  module("Configuration", "Sources/Configuration", ["WireAPI"]),
  module("WireAPI", "Sources/WireAPI", ["InvertedIndex", "JSON"]),
  module("Measuring", "Tools/Measuring", ["JSON"]),

  tests("BytesTests", ["Bytes"]),
  tests("JSONTests", ["JSON"]),
  tests("AnalysisTests", ["Analysis"]),
  tests("QueryLanguageTests", ["QueryLanguage"]),
  tests("InvertedIndexTests", ["InvertedIndex", "Bytes", "JSON", "Analysis", "QueryLanguage"]),
  tests("ExtractionTests", ["Extraction", "InvertedIndex", "JSON", "CZlib"]),
  tests("ConfigurationTests", ["Configuration"]),
  tests("WireAPITests", ["WireAPI", "InvertedIndex", "JSON"]),
]

var dependencies: [Package.Dependency] = []

if !coreOnly {
  dependencies = [
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
  ]
  targets += [
    .systemLibrary(
      name: "CSQLite", path: "Tools/CSQLite", providers: [.apt(["libsqlite3-dev"])]),
    module(
      "Server", "Sources/Server",
      [
        "WireAPI", "InvertedIndex", "Analysis", "JSON", "CLinux",
        .product(name: "Logging", package: "swift-log"),
      ]
        + nio),
    program(
      "martletd", "Sources/martletd",
      [
        "Server", "Configuration",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    program(
      "martlet", "Tools/martlet",
      [
        "WireAPI", "InvertedIndex", "Extraction", "JSON", "QueryLanguage", "Analysis", "Bytes",
        "CLinux", "Configuration",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    program(
      "martlet-compare", "Tools/compare",
      [
        "InvertedIndex", "Extraction", "QueryLanguage", "Analysis", "JSON", "Measuring", "CSQLite",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], exclude: ["README.md"]),
    program(
      "martlet-bench", "Tools/bench",
      [
        "InvertedIndex", "Bytes", "Analysis", "QueryLanguage", "JSON", "Measuring", "CLinux",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], exclude: ["README.md"]),
    program(
      "martlet-manual", "Tools/manual",
      [
        "QueryLanguage", "JSON", "Measuring",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    module("SocketClient", "Tests/SocketClient"),
    .systemLibrary(name: "CSpawn", path: "Tests/CSpawn"),
    tests("ServerTests", ["Server", "WireAPI", "InvertedIndex", "JSON", "SocketClient"] + nio),
    tests("ToolTests", ["martlet", "JSON"]),
    tests("CompareTests", ["martlet-compare", "Measuring", "InvertedIndex", "JSON"]),
    tests("BenchTests", ["martlet-bench", "Measuring", "InvertedIndex", "JSON"]),
    tests("EndToEndTests", ["JSON", "InvertedIndex", "WireAPI", "SocketClient", "CSpawn"]),
  ]
}

let package = Package(
  name: "martlet", dependencies: dependencies, targets: targets, swiftLanguageModes: [.v6])
