// One level of brackets while it is read: operands and operators become nodes here, by precedence.
//
// Three levels are open at a time: a chain of NEAR operands, in a run of operands joined by AND, in a list of
// alternatives joined by OR. An operand that was dropped (a *hole*) uses up the operator before it and counts as
// the left side of the one after it: the drop has been said, and neither is missing a side.

struct QueryGroup {
  /// A place in the query that may have to be complained about.
  struct Token {
    var text: String
    var at: Int
    var length: Int
    var code = QueryWarning.Code.danglingOperator
  }

  enum Operator {
    case and, or
    case near(QueryNode.Near.Gap)
  }

  enum Sign { case not, required }

  /// Where its bracket is.
  let at: Int
  /// `name:(`: the fields written before it; the scope includes those of the groups around it.
  let fields: [String]
  let scope: [String]
  let joinsByAnd: Bool

  private(set) var pending: (operation: Operator, token: Token)?
  private(set) var sign: (sign: Sign, token: Token)?
  /// An operand or hole came.
  private(set) var isTouched = false
  /// Operators and fields with a side missing.
  private(set) var dangling: [Token] = []

  private var alternatives: [QueryNode] = []
  private var runs: [[QueryNode]] = []
  private var chain: [(node: QueryNode, token: Token)] = []
  private var gaps: [QueryNode.Near.Gap] = []
  private var chainContinuesRun = false
  /// Operands dropped because NEAR has no place for them.
  private(set) var notInNear: [Token] = []

  init(at: Int, fields: [String], scope: [String], joinsByAnd: Bool) {
    self.at = at
    self.fields = fields
    self.scope = scope
    self.joinsByAnd = joinsByAnd
  }

  /// Of more than can be warned of, the rest is left out.
  mutating func dangle(_ token: Token) {
    if dangling.count <= QueryParser.Limits.warnings { dangling.append(token) }
  }

  mutating func add(_ operation: Operator, _ token: Token) {
    dropSign()
    if let pending { dangle(pending.token) }
    pending = nil
    if isTouched { pending = (operation, token) } else { dangle(token) }
  }

  /// Of two signs in a row the first is dropped, but NOT stays.
  mutating func add(_ new: Sign, _ token: Token) {
    let keepsNot = sign?.sign == .not
    dropSign()
    sign = (keepsNot ? .not : new, token)
  }

  private mutating func dropSign() {
    if let sign { dangle(sign.token) }
    sign = nil
  }

  /// The next operand, nil for one that was dropped.
  mutating func place(_ node: QueryNode?, _ token: Token) {
    isTouched = true
    let operation = pending?.operation
    pending = nil
    let sign = self.sign?.sign
    self.sign = nil
    if case .or = operation { endAlternative() }
    guard let node else { return }
    let signed: QueryNode =
      switch sign {
      case .not: .not(node)
      case .required: .required(node)
      case nil: node
      }
    if case .near(let gap) = operation, !chain.isEmpty {
      gaps.append(gap)
    } else {
      endChain()
      if case .and = operation { chainContinuesRun = true } else { chainContinuesRun = joinsByAnd }
    }
    chain.append((signed, token))
  }

  private mutating func endChain() {
    guard let node = chainNode() else { return }
    if chainContinuesRun, !runs.isEmpty {
      runs[runs.count - 1].append(node)
    } else {
      runs.append([node])
    }
  }

  private mutating func chainNode() -> QueryNode? {
    defer {
      chain.removeAll()
      gaps.removeAll()
    }
    if chain.count <= 1 { return chain.first?.node }
    var operands: [QueryNode] = []
    var kept: [QueryNode.Near.Gap] = []
    for (index, operand) in chain.enumerated() {
      let positive = operand.node.positive
      if positive != operand.node { notInNear.append(operand.token) }
      guard var positive else { continue }
      while case .required(let inner) = positive { positive = inner }
      if !operands.isEmpty { kept.append(gaps[index - 1]) }
      operands.append(positive)
    }
    return QueryNode.joined(operands) { .near(.init($0, gaps: kept)) }
  }

  private mutating func endAlternative() {
    endChain()
    defer { runs.removeAll() }
    if joinsByAnd || runs.count <= 1 {
      if let run = runs.first { alternatives.append(QueryNode.joined(run, by: QueryNode.and)!) }
      return
    }
    // Side by side, joined by OR: exclusions hold for all of it, as people expect of `a b -c`.
    let nodes = runs.map { QueryNode.joined($0, by: QueryNode.and)! }
    let negative = nodes.filter { if case .not = $0 { true } else { false } }
    let positive = nodes.filter { if case .not = $0 { false } else { true } }
    if negative.isEmpty, !positive.contains(where: \.isRequired) {
      alternatives += positive
    } else if let either = QueryNode.joined(positive, by: QueryNode.or) {
      alternatives.append(QueryNode.joined([either] + negative, by: QueryNode.and)!)
    } else {
      alternatives.append(QueryNode.joined(negative, by: QueryNode.and)!)
    }
  }

  /// Its node, nil if nothing is in it. `loneOperator` tells whether its only content, an operator, became a word.
  mutating func finish() -> (node: QueryNode?, loneOperator: Token?) {
    dropSign()
    if let pending { dangle(pending.token) }
    pending = nil
    if !isTouched, dangling.count == 1 {
      let token = dangling.removeFirst()
      return (.term(.init(token.text)), token)
    }
    if chain.count == 1, runs.isEmpty, alternatives.isEmpty { return (chain[0].node, nil) }
    endAlternative()
    return (QueryNode.joined(alternatives, by: QueryNode.or), nil)
  }
}

extension QueryNode {
  fileprivate var isRequired: Bool { if case .required = self { true } else { false } }

  /// Without its exclusions; nil if nothing is left.
  fileprivate var positive: QueryNode? {
    switch self {
    case .not: nil
    case .and(let operands): Self.joined(operands.compactMap(\.positive), by: QueryNode.and)
    case .or(let operands): Self.joined(operands.compactMap(\.positive), by: QueryNode.or)
    case .required(let inner): inner.positive.map(QueryNode.required)
    case .scoped(let fields, let inner): inner.positive.map { .scoped(fields, $0) }
    case .boosted(let inner, let factor): inner.positive.map { .boosted($0, factor) }
    default: self
    }
  }
}
