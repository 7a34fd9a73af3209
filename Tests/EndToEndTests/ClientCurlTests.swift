import Testing

@Suite("curl", .enabled(if: ClientBench.has("curl"), "curl is not installed"))
struct ClientCurlTests {
  @Test("several requests go over one connection")
  func keepsAlive() throws {
    let bench = try ClientBench()
    let result = try bench.shell(
      #"""
      U=http://localhost/v1
      curl -sS --unix-socket "$S" -o /dev/null -w '%{http_code} %{num_connects}\n' \
        "$U/search?index=harbour&q=gulls" --next \
        --unix-socket "$S" -o /dev/null -w '%{http_code} %{num_connects}\n' \
        "$U/indexes/harbour/search" -d '{"query": "ferry"}' --next \
        --unix-socket "$S" -o /dev/null -w '%{http_code} %{num_connects}\n' -I "$U/indexes/harbour" --next \
        --unix-socket "$S" -o /dev/null -w '%{http_code} %{num_connects}\n' "$U/nothing"
      """#)
    try bench.expectFine(result, printed: "200 1\n200 0\n200 0\n404 0\n")
  }

  @Test("ids and queries in any script, encoded by curl or by hand")
  func unicode() throws {
    let bench = try ClientBench(many: true)
    let result = try bench.shell(
      #"""
      U=http://localhost/v1
      ask() { curl -sS --fail-with-body --unix-socket "$S" "$@"; }
      ask -G "$U/search" -d index=harbour --data-urlencode 'q=Søren Ødegård' -d select=id \
        | grep -o '"id":"h[0-9]*"' | sort -u
      ask -G "$U/search" -d index=harbour --data-urlencode 'q="Straße der Fischer"' -d select=id \
        | grep -o '"id":"h[0-9]*"' | sort -u
      ask "$U/indexes/many/docs/dir%207/%C3%A4%3F%23%25" | grep -o '"title":"[^"]*"'
      """#)
    try bench.expectFine(
      result, printed: "\"id\":\"h1\"\n\"id\":\"h8\"\n\"title\":\"Document 7\"\n")
  }

  @Test("bodies as curl can send them: 100-continue, chunked, HTTP/1.0, from a pipe")
  func bodies() throws {
    let bench = try ClientBench()
    let result = try bench.shell(
      #"""
      U=http://localhost/v1/indexes/harbour/count
      ask() { curl -sS --fail-with-body --unix-socket "$S" "$@" | grep -o '"value":[0-9]*'; }
      ask "$U" -H 'Expect: 100-continue' -d '{"query": "ferry"}'
      echo '{"query": "ferry"}' | ask "$U" -H 'Transfer-Encoding: chunked' --data-binary @-
      ask -0 "$U" -d '{"query": "ferry"}'
      ask --compressed "$U" -d '{"query": "ferry"}'
      # A member that is padded to nearly the limit.
      { printf '{"query": "ferry"'; head -c 1000000 /dev/zero | tr '\0' ' '; printf '}'; } \
        | ask "$U" -H 'Content-Type: application/json' --data-binary @-
      """#)
    let found = result.output.split(separator: "\n")
    #expect(found.count == 5 && Set(found).count == 1, "\(result)")
    try bench.expectFine(result, printed: result.output)
  }

  @Test("an export is streamed, goes on at its cursor, and may be hung up on")
  func export() throws {
    let bench = try ClientBench(many: true)
    let result = try bench.shell(
      #"""
      U=http://localhost/v1/indexes/many/export
      ask() { curl -sSN --fail-with-body --unix-socket "$S" "$@"; }
      ask "$U" > all.jsonl
      wc -l < all.jsonl
      ask -D headers "$U?limit=700" > first.jsonl
      next=$(tr -d '\r' < headers | sed -n 's/^[Xx]-[Nn]ext-[Cc]ursor: //p')
      ask -G "$U" --data-urlencode "cursor=$next" > rest.jsonl
      cat first.jsonl rest.jsonl | cmp - all.jsonl && echo same
      ask "$U" 2> /dev/null | head -n 1 | grep -o '^{"id":"dir [0-9]*/ä?#%","title":"Document' | tr -d '0-9'
      martlet index again -q all.jsonl
      martlet stats again --json | grep -o '"documents": *[0-9]*' | head -n 1 | tr -d ' '
      """#)
    try bench.expectFine(
      result,
      printed: """
        1500
        same
        {"id":"dir /ä?#%","title":"Document
        "documents":1500

        """)
  }

  @Test("what has not changed is not sent again")
  func etag() throws {
    let bench = try ClientBench()
    let result = try bench.shell(
      #"""
      U=http://localhost/v1/indexes/harbour/docs/h4
      etag=$(curl -sS -o /dev/null -D - --unix-socket "$S" "$U" | tr -d '\r' | sed -n 's/^[Ee][Tt]ag: //p')
      curl -sS --unix-socket "$S" -H "If-None-Match: $etag" -w '%{http_code} %{size_download}\n' "$U"
      """#)
    try bench.expectFine(result, printed: "304 0\n")
  }
}
