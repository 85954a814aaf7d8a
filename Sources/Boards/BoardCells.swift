// A board of many cells, such as each image size with each number of epochs, is a board for every cell.

extension Board {
    /// A recipe's key, and the values that it takes in turn.
    public struct Axis: Sendable, Hashable {
        /// The recipe's key, such as `image_size`.
        public var key: String
        /// The values as YAML; at least one, without repetition.
        public var values: [String]
    }

    /// A board for each combination of the ``cells``' values, the last key's value changing first, with the entries
    /// that take part there; or this board when it has no cells. Cells without an entry are left out.
    public var parts: [Board] {
        guard !cells.isEmpty else { return [self] }
        let combinations = cells.reduce([[]]) { combinations, axis in
            combinations.flatMap { start in axis.values.map { start + [Override(key: axis.key, value: $0)] } }
        }
        return combinations.compactMap { cell in
            var board = self
            (board.cell, board.cells) = (cell, [])
            board.title = "\(title): \(cell.map { "\($0.key) \($0.value)" }.joined(separator: ", "))"
            board.entries = entries.filter { $0.takesPart(in: cell) }.map { entry in
                var entry = entry
                (entry.overrides, entry.cells) = (entry.overrides + cell, [])
                return entry
            }
            if !board.entries.contains(where: { $0.name == baseline }) { board.baseline = nil }
            return board.entries.isEmpty ? nil : board
        }
    }

    /// The part of the board that is asked for.
    ///
    /// - Parameters:
    ///   - cell: `key=value` for each of the ``cells``' keys that is not to take all of its values.
    ///   - entries: names of entries; all of them when empty.
    /// - Throws: ``BoardError`` when the board has no such cell or entry.
    public func only(cell: [String], entries names: [String]) throws(BoardError) -> Board {
        var board = self
        var chosen: [String: [String]] = [:]
        for choice in cell {
            let parts = choice.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, let axis = cells.first(where: { $0.key == parts[0] }) else {
                let known =
                    cells.isEmpty ? "the board has no cells" : "keys: \(cells.map(\.key).joined(separator: ", "))"
                throw BoardError(file: file, line: nil, message: "no cell \(choice); \(known)")
            }
            guard axis.values.contains(parts[1]) else {
                throw BoardError(
                    file: file, line: nil,
                    message: "no cell \(choice); \(axis.key) is one of: \(axis.values.joined(separator: ", "))")
            }
            chosen[parts[0], default: []].append(parts[1])
        }
        board.cells = cells.map { Axis(key: $0.key, values: chosen[$0.key] ?? $0.values) }
        for name in names where !entries.contains(where: { $0.name == name }) {
            let known = entries.map(\.name).joined(separator: ", ")
            throw BoardError(file: file, line: nil, message: "no entry \(name); entries: \(known)")
        }
        if !names.isEmpty { board.entries = entries.filter { names.contains($0.name) } }
        if !board.entries.contains(where: { $0.name == baseline }) { board.baseline = nil }
        return board
    }
}

extension Board.Entry {
    fileprivate func takesPart(in cell: [Board.Override]) -> Bool {
        cells.allSatisfy { axis in cell.contains { $0.key == axis.key && axis.values.contains($0.value) } }
    }

    /// Whether there may be a cell in which both take part.
    func meets(_ other: Board.Entry) -> Bool {
        cells.allSatisfy { axis in
            guard let same = other.cells.first(where: { $0.key == axis.key }) else { return true }
            return !Set(axis.values).isDisjoint(with: same.values)
        }
    }
}
