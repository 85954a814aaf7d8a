import Foundation

/// Why a data set's noisy labels cannot be used. Each case names the file.
public enum NoisyLabelsError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The folder has no `noisy_*.csv`.
    case missing(folder: String)
    /// The table is none, or lacks something.
    case malformed(path: String, reason: String)

    /// The file, what is wrong with it and what would be right.
    public var description: String {
        switch self {
        case .missing(let folder):
            """
            \(folder): there are no noisy labels, for want of a file noisy_*.csv, such as those of Imagenette and \
            ImageWoof since February 2021; set noisy_labels to 0
            """
        case .malformed(let path, let reason): "\(path): \(reason)"
        }
    }
}

extension ImageFolder {
    /// The same images, with the labels to train with taken from the table of noisy labels in the folder, which lies
    /// beside `train`: `noisy_imagenette.csv` or `noisy_imagewoof.csv`. Labels to validate with stay.
    ///
    /// The columns are `path`, `noisy_labels_P` for some percentages P of changed labels, and others. Source: fastai's
    /// Imagenette repository.
    ///
    /// - Parameter percent: the share of changed labels: 1, 5, 25 or 50 in the published tables.
    /// - Throws: ``NoisyLabelsError``.
    public func withNoisyLabels(percent: Int) throws(NoisyLabelsError) -> ImageFolder {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root.filePath)) ?? []
        let tables = names.filter { $0.hasPrefix("noisy_") && $0.hasSuffix(".csv") }.sorted()
        guard let table = tables.first else { throw .missing(folder: root.filePath) }
        let url = root.appending(path: table)
        guard let text = try? String(contentsOf: url, encoding: .utf8) else {
            throw .malformed(path: url.filePath, reason: "cannot be read as text")
        }
        let labels = try labels(of: text, column: "noisy_labels_\(percent)", path: url.filePath)
        var noisy = self
        noisy.training = []
        for sample in training {
            let place = sample.url.pathComponents.suffix(3).joined(separator: "/")
            guard let label = labels[place] else {
                throw .malformed(path: url.filePath, reason: "has no label for \(place)")
            }
            noisy.training.append(ImageSample(url: sample.url, label: label))
        }
        return noisy
    }

    /// From an image's place, such as `train/CLASS/FILE`, to its label in a column.
    private func labels(of text: String, column: String, path: String) throws(NoisyLabelsError) -> [String: Int] {
        var lines = text.split(whereSeparator: \.isNewline)
        guard !lines.isEmpty else { throw .malformed(path: path, reason: "is empty") }
        func cells(_ line: Substring) -> [Substring] { line.split(separator: ",", omittingEmptySubsequences: false) }
        let header = cells(lines.removeFirst())
        guard let place = header.firstIndex(of: "path"), let index = header.firstIndex(of: column[...]) else {
            let has = header.joined(separator: ", ")
            throw .malformed(path: path, reason: "needs the columns path and \(column), and has \(has)")
        }
        let numbers = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, $0) })
        var labels: [String: Int] = [:]
        for (number, line) in lines.enumerated() {
            let row = cells(line)
            guard row.count == header.count, let label = numbers[String(row[index])] else {
                let reason = "line \(number + 2): expected \(header.count) cells, the label being a class of train"
                throw .malformed(path: path, reason: reason)
            }
            labels[String(row[place])] = label
        }
        return labels
    }
}
