import Testing

@Suite(
  "Node's http over socketPath", .enabled(if: ClientBench.has("node"), "node is not installed"))
struct ClientNodeTests {
  /// `ask(method, path, body)` over `agent`: a promise of status, headers and text.
  static let head = #"""
    const http = require("http");
    const assert = require("assert");
    const socketPath = process.argv[2];
    const agent = new http.Agent({keepAlive: true, maxSockets: 4});
    function ask(method, path, body) {
      return new Promise((done, failed) => {
        const request = http.request({socketPath, method, path, agent}, answer => {
          const parts = [];
          answer.on("data", part => parts.push(part));
          answer.on("error", failed);
          answer.on("end", () => done({status: answer.statusCode, headers: answer.headers,
                                       text: Buffer.concat(parts).toString()}));
        });
        request.on("error", failed);
        request.end(body === undefined ? undefined : JSON.stringify(body));
      });
    }
    async function main(work) {
      try { await work(); console.log("fine"); } catch (fault) { console.log(fault); }
      agent.destroy();
    }

    """#

  @Test("an agent that keeps connections alive, with requests in parallel")
  func agent() throws {
    let bench = try ClientBench(many: true)
    let script =
      Self.head + #"""
        main(async () => {
          const ports = new Set();
          agent.on("free", socket => ports.add(socket));
          const all = [];
          for (let n = 0; n < 200; n++) {
            all.push(ask("POST", "/v1/indexes/many/search", {query: `n:${n}`, select: ["n"], timeout_ms: 60000})
              .then(answer => {
                assert.strictEqual(answer.status, 200, answer.text);
                assert.deepStrictEqual(JSON.parse(answer.text).hits.map(hit => hit.fields.n), [n]);
                assert.ok(answer.headers["x-request-id"]);
              }));
          }
          await Promise.all(all);
          assert.ok(ports.size <= 4, `${ports.size} connections`);
          for (const [path, status] of [["/v1/search?q=%ff", 400], ["/v1/none", 404], ["/v1/live", 200]])
            assert.strictEqual((await ask("GET", path)).status, status, path);
          assert.strictEqual((await ask("HEAD", "/v1/indexes/many")).text, "");
        });
        """#
    try bench.expectFine(try bench.run("agent.js", script), printed: "fine\n")
  }

  @Test("offsets in UTF-16 are those of JavaScript's strings")
  func offsets() throws {
    let bench = try ClientBench()
    let script =
      Self.head + #"""
        main(async () => {
          const answer = await ask("POST", "/v1/indexes/harbour/search",
            {query: "Ødegård deterrent", highlight: {unit: "utf16", fields: ["body"]}, select: ["body"]});
          const hit = JSON.parse(answer.text).hits[0];
          const marked = hit.passages.flatMap(p => p.ranges.map(([from, to]) => p.text.slice(from, to)));
          assert.deepStrictEqual(marked, ["Ødegård", "deterrent"]);
          for (const p of hit.passages) assert.ok(hit.fields.body.startsWith(p.text.slice(0, 20), p.start));
        });
        """#
    try bench.expectFine(try bench.run("offsets.js", script), printed: "fine\n")
  }

  @Test("an export arrives as a stream that can be paused, and given up")
  func export() throws {
    let bench = try ClientBench(many: true)
    let script =
      Self.head + #"""
        const readline = require("readline");
        main(async () => {
          const answer = await new Promise((done, failed) =>
            http.get({socketPath, path: "/v1/indexes/many/export", agent}, done).on("error", failed));
          assert.strictEqual(answer.headers["transfer-encoding"], "chunked");
          assert.strictEqual(answer.headers["content-type"], "application/x-ndjson");
          const seen = new Set();
          for await (const line of readline.createInterface({input: answer})) {
            seen.add(JSON.parse(line).n);
            if (seen.size % 500 === 0) await new Promise(done => setTimeout(done, 20));
          }
          assert.strictEqual(seen.size, 1500);
          const other = await new Promise((done, failed) =>
            http.get({socketPath, path: "/v1/indexes/many/export", agent}, done).on("error", failed));
          other.once("data", () => other.destroy());
          await new Promise(done => other.once("close", done));
          assert.strictEqual((await ask("GET", "/v1/live")).status, 200);
        });
        """#
    try bench.expectFine(try bench.run("export.js", script), printed: "fine\n")
  }
}
