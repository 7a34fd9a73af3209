// The fields of a group: each index sees those of the others behind its own.

extension IndexGroup {
  /// Views of all members, each with the fields of the others; the members' own where none has more than another.
  static func views(
    of members: [(name: String, reader: IndexReader)]
  ) throws(Failure) -> [SearchView] {
    var union: [Field] = []
    var names: Set<String> = []
    var searched: Set<String> = []
    for member in members {
      let schema = member.reader.schema
      for field in schema.fields where !field.isHidden && names.insert(field.name).inserted {
        union.append(field)
      }
      for field in member.reader.view.defaultScope {
        searched.insert(schema.fields[field.number].name)
      }
    }
    // A word is as rare in all languages that any of them has.
    var variants: Set<String> = []
    for member in members {
      for number in member.reader.view.variants.all {
        variants.insert(member.reader.schema.name(of: number))
      }
    }
    var views: [SearchView] = []
    for (name, reader) in members {
      let schema = reader.schema
      let view = reader.view
      let foreign = union.filter { schema.number(of: $0.name) == nil }
      guard !foreign.isEmpty || variants.count > view.variants.all.count else {
        views.append(view)
        continue
      }
      var scope = view.defaultScope
      for (place, field) in foreign.enumerated() where searched.contains(field.name) {
        scope.append(ScopeField(number: schema.fields.count + place, weight: 1))
      }
      do throws(IndexError) {
        let extended = try schema.extended(by: foreign)
        views.append(
          SearchView(
            view, extended: extended, defaultScope: scope,
            variants: FieldVariants(
              variants.compactMap { FieldVariant.number(named: $0, extended) })))
      } catch {
        throw Failure(index: name, error: error)
      }
    }
    return views
  }

  /// What concerns all of them before any is asked.
  func check(_ request: SearchRequest) throws(Failure) {
    for (name, reader) in zip(names, readers) {
      if let mismatch = reader.snapshot.analyzerMismatch {
        throw Failure(index: name, error: mismatch)
      }
    }
    for (number, key) in request.sort.enumerated() {
      guard let name = key.field else { continue }
      try checkTypes(of: name, at: "/sort/\(number)", "sort")
    }
    if case .field(let name)? = request.collapse {
      try checkTypes(of: name, at: "/collapse", "collapse")
    }
  }

  /// A field whose values are compared across the indexes has to have one type.
  private func checkTypes(
    of name: String, at pointer: String, _ verb: String
  ) throws(Failure) {
    var first: (index: String, type: FieldType)?
    for (index, reader) in zip(names, readers) {
      guard let type = reader.schema.field(named: name)?.type else { continue }
      guard let known = first else {
        first = (index, type)
        continue
      }
      guard known.type == type else {
        throw Failure(
          error: .request(
            at: pointer,
            "\(name) is of type \(known.type.name) in \(known.index) and of type \(type.name) in "
              + "\(index): it cannot \(verb) both"))
      }
    }
  }
}
