/// Why a folder is not a data set. Each case names the folder.
public enum ImageFolderError: Error, Equatable, Sendable {
    /// There is no such folder; `purpose` says what would be in it.
    case missing(path: String, purpose: String)

    /// The folder's contents could not be listed; `reason` is the operating system's.
    case unreadable(path: String, reason: String)

    /// `train` has no folders in it.
    case noClasses(path: String)

    /// `train` has a single folder in it.
    case oneClass(path: String, name: String)

    /// A class has no files in `train` or in `val`.
    case emptyClass(path: String)

    /// `val` has folders that `train` lacks.
    case unknownClasses(path: String, names: [String])
}

extension ImageFolderError: CustomStringConvertible {
    /// One line: the folder, what is wrong with it and what would be right.
    public var description: String {
        let layout = "images lie in train/<class>/ and val/<class>/"
        switch self {
        case .missing(let path, let purpose):
            return "\(path): there is no such folder; it would hold \(purpose) (\(layout))"
        case .unreadable(let path, let reason):
            return "\(path): the folder cannot be listed: \(reason)"
        case .noClasses(let path):
            return "\(path): no folder in it, so there is no class and no image; \(layout)"
        case .oneClass(let path, let name):
            return "\(path): \"\(name)\" is the only class; to classify, at least two are needed"
        case .emptyClass(let path):
            return "\(path): no image in it; every class needs some, lying directly in its folder"
        case .unknownClasses(let path, let names):
            let list = names.map { "\"\($0)\"" }.joined(separator: ", ")
            return "\(path): train has no class \(list); val may have only classes that train has"
        }
    }
}
