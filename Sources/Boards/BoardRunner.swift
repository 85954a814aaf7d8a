import Foundation
import Training

/// Runs what a board still lacks.
///
/// Folders are the truth: a run that has ended is not run again, an interrupted one is handed to the trainer to
/// resume. Several processes may run one board: each takes the next run that no other has claimed. What a run is,
/// the runner learns from two closures, so that it needs no trainer itself.
public struct BoardRunner {
    /// What names a run's folder beside its seed.
    public struct Identity: Hashable, Sendable {
        /// The recipe's name.
        public var name: String
        /// The hash of the resolved recipe, hexadecimal, at least 10 digits.
        public var hash: String

        /// The identity of a resolved recipe.
        public init(name: String, hash: String) {
            self.name = name
            self.hash = hash
        }
    }

    /// One run of the board.
    public struct Item: Sendable {
        /// The board's entry.
        public let entry: Board.Entry
        /// The seed.
        public let seed: Int
        /// The run's folder.
        public let directory: RunDirectory

        /// Whether it has not ended, be it running or not.
        fileprivate var isPending: Bool {
            get throws(RunDirectoryError) { [.absent, .interrupted].contains(try directory.state()) }
        }
    }

    /// The board.
    public let board: Board
    /// All runs of the board. All entries come with one seed before the next seed begins, so that an unfinished
    /// board compares like with like.
    public let items: [Item]

    /// Plans the runs of a board.
    /// - Parameters:
    ///   - board: the board.
    ///   - folder: the folder of the run folders.
    ///   - identify: resolves an entry's recipe with its overrides; what it throws is passed on.
    /// - Throws: ``BoardError`` when two entries are the same recipe.
    public init(_ board: Board, in folder: URL, identify: (Board.Entry) throws -> Identity) throws {
        self.board = board
        var taken: [Identity: Board.Entry] = [:]
        var identities: [Identity] = []
        for entry in board.entries {
            let identity = try identify(entry)
            if let other = taken.updateValue(entry, forKey: identity) {
                throw BoardError(
                    file: board.file, line: entry.line,
                    message: "\(entry.name) is the same recipe as \(other.name) on line \(other.line)")
            }
            identities.append(identity)
        }
        items = board.seeds.flatMap { seed in
            zip(board.entries, identities).map { entry, identity in
                let name = RunDirectory.folderName(recipe: identity.name, hash: identity.hash, seed: seed)
                return Item(entry: entry, seed: seed, directory: RunDirectory(folder.appending(path: name)))
            }
        }
    }

    /// The runs that have not ended.
    /// - Throws: `RunDirectoryError` for a folder that cannot be read or is corrupt.
    public func pending() throws(RunDirectoryError) -> [Item] {
        var pending: [Item] = []
        for item in items where try item.isPending { pending.append(item) }
        return pending
    }

    /// Removes failed runs, so that they are pending again.
    /// - Throws: `RunDirectoryError` for a folder that cannot be read, removed or is corrupt.
    public func removeFailed() throws(RunDirectoryError) {
        for item in items where try item.directory.state() == .failed { try item.directory.remove() }
    }

    /// Runs what is pending, one after the other. What another process is running is left to it.
    ///
    /// A run that ends with a `result.json` of either kind lets the next begin, whether or not the closure
    /// threw. A closure that leaves none ends the board: it was interrupted, or nothing can run.
    /// - Parameters:
    ///   - didThrow: told when the closure threw and left no result; if it returns true, the board goes on.
    ///   - train: runs or resumes one run in its folder.
    /// - Throws: what the closure throws; ``UnfinishedRun`` when it returned without a result;
    ///   `RunDirectoryError`.
    public func run(
        didThrow: (Item, any Error) -> Bool = { _, _ in false },
        _ train: (_ entry: Board.Entry, _ seed: Int, _ directory: RunDirectory) throws -> Void
    ) throws {
        for item in try pending() {
            // Another process may have ended it since.
            guard let claim = try item.directory.claim(), try item.isPending else { continue }
            defer { withExtendedLifetime(claim) {} }
            var failure: (any Error)?
            do {
                try train(item.entry, item.seed, item.directory)
            } catch {
                failure = error
            }
            switch try item.directory.state() {
            case .complete, .failed: continue
            case .absent, .interrupted:
                if let failure, didThrow(item, failure) { continue }
                throw failure ?? UnfinishedRun(path: item.directory.url.path)
            }
        }
    }

    /// The runs of each entry as they lie on the disk.
    /// - Throws: `RunDirectoryError` for a folder that cannot be read or is corrupt.
    public func results() throws(RunDirectoryError) -> [RunSet] {
        var runs: [String: [Run]] = [:]
        for item in items {
            runs[item.entry.name, default: []].append(try Run(item.directory, seed: item.seed))
        }
        return board.entries.map { RunSet(name: $0.name, runs: runs[$0.name] ?? []) }
    }
}

/// A trainer returned without an error and without a result.
public struct UnfinishedRun: Error, Equatable, CustomStringConvertible {
    /// The run's folder.
    public let path: String
    /// What happened and where.
    public var description: String { "\(path): the training ended without a result.json" }
}
