import Testing

@Suite("Python's http.client", .enabled(if: ClientBench.has("python3"), "python3 is not installed"))
struct ClientPythonTests {
  /// A connection over the socket that is the script's argument, and `ask`, which returns status and JSON.
  static let head = #"""
    import http.client, json, socket, sys, threading, urllib.parse

    class Martlet(http.client.HTTPConnection):
        def connect(self):
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.settimeout(60)
            self.sock.connect(sys.argv[1])

        def ask(self, method, path, body=None, headers={}):
            self.request(method, path, None if body is None else json.dumps(body), headers)
            answer = self.getresponse()
            text = answer.read()
            return answer.status, json.loads(text) if text else None


    """#

  @Test("one connection takes many requests, errors among them")
  func keepsAlive() throws {
    let bench = try ClientBench()
    let script =
      Self.head + #"""
        client = Martlet("localhost")
        client.connect()
        own = client.sock
        for round in range(50):
            status, found = client.ask("POST", "/v1/indexes/harbour/search", {"query": "gulls"})
            assert status == 200 and {hit["id"] for hit in found["hits"]} == {"h5", "h12"}, found
            status, problem = client.ask("POST", "/v1/indexes/harbour/search", {"qeury": "gulls"})
            assert status == 400 and "query" in problem["detail"], problem
            status, problem = client.ask("GET", "/v1/indexes/none/docs/x")
            assert status == 404 and problem["code"] == "no_such_index", problem
            status, nothing = client.ask("HEAD", "/v1/indexes/harbour")
            assert status == 200 and nothing is None
            status, count = client.ask("POST", "/v1/indexes/harbour/count", {"query": "ferry -storm"})
            assert status == 200 and count["total"]["exact"], count
            assert client.sock is own, "another connection"
        print("fine")
        """#
    try bench.expectFine(try bench.run("keep.py", script), printed: "fine\n")
  }

  @Test("text of any script goes there and back")
  func unicode() throws {
    let bench = try ClientBench(many: true)
    let script =
      Self.head + #"""
        client = Martlet("localhost")
        for query, id in [("Niinistö", "h3"), ("niinisto", "h3"), ("Łucja", "h2"), ("strasse", "h8"), ("O’Brien", "h5")]:
            status, found = client.ask("POST", "/v1/indexes/harbour/search", {"query": query, "highlight": {"unit": "utf8"}})
            assert status == 200 and [hit["id"] for hit in found["hits"]] == [id], (query, found)
            for passage in found["hits"][0]["passages"]:
                text = passage["text"].encode()
                for start, end in passage["ranges"]:
                    text[start:end].decode()
        for text in ["\U0001f6a2", "\u0000", "\ufeff", "e\u0301", "\"", "(", "x" * 60000, "日本語"]:
            status, found = client.ask("POST", "/v1/indexes/harbour/search", {"query": text})
            assert status == 200, (text[:10], found)
        id = urllib.parse.quote("dir 12/ä?#%", safe="")
        status, found = client.ask("GET", "/v1/indexes/many/docs/" + id)
        assert status == 200 and found["id"] == "dir 12/ä?#%", found
        print("fine")
        """#
    try bench.expectFine(try bench.run("text.py", script), printed: "fine\n")
  }

  @Test("answers of megabytes arrive whole, and an export in chunks, line by line")
  func large() throws {
    let bench = try ClientBench(many: true)
    let script =
      Self.head + #"""
        client = Martlet("localhost")
        status, found = client.ask("POST", "/v1/indexes/many/search",
            {"query": "all", "limit": 1500, "select": ["title", "body"], "timeout_ms": 60000})
        assert status == 200 and len(found["hits"]) == 1500, status
        assert all(len(hit["fields"]["body"]) > 1500 for hit in found["hits"])
        client.request("GET", "/v1/indexes/many/export")
        answer = client.getresponse()
        assert answer.status == 200 and answer.chunked
        numbers = [json.loads(line)["n"] for line in answer]
        assert sorted(numbers) == list(range(1500)), len(numbers)
        # The connection goes on after it.
        assert client.ask("GET", "/v1/live") == (200, {"status": "live"})
        # One that gives an export up halfway is no harm to the next.
        client.request("GET", "/v1/indexes/many/export")
        client.getresponse().read(1000)
        client.close()
        assert client.ask("GET", "/v1/live")[0] == 200
        print("fine")
        """#
    try bench.expectFine(try bench.run("large.py", script), printed: "fine\n")
  }

  @Test("threads with connections of their own")
  func threads() throws {
    let bench = try ClientBench(many: true)
    let script =
      Self.head + #"""
        faults = []
        def work(number):
            try:
                client = Martlet("localhost")
                for round in range(40):
                    n = number * 40 + round
                    status, found = client.ask("POST", "/v1/indexes/many/search",
                        {"query": f"n:{n}", "select": ["n"], "timeout_ms": 60000})
                    assert status == 200 and [hit["fields"]["n"] for hit in found["hits"]] == [n], found
            except BaseException as fault:
                faults.append(repr(fault))
        threads = [threading.Thread(target=work, args=[number]) for number in range(16)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        print(faults or "fine")
        """#
    try bench.expectFine(try bench.run("threads.py", script), printed: "fine\n")
  }
}
