/// Holm's correction: p values adjusted so that the chance of any false claim among all of them stays at the
/// level at which each adjusted value is read.
///
/// In ascending order, p₍ᵢ₎ becomes max over j <= i of min(1, (m - j + 1) p₍ⱼ₎). Source: S. Holm, "A Simple
/// Sequentially Rejective Multiple Test Procedure", Scandinavian Journal of Statistics 6 (1979).
/// - Returns: the adjusted values in the order given.
/// - Throws: ``StatisticsError`` when a value lies outside 0...1.
public func holmAdjusted(_ pValues: [Double]) throws(StatisticsError) -> [Double] {
    for p in pValues where !(0...1).contains(p) {
        throw .impossible(name: "a p value", value: p, expected: "from 0 to 1")
    }
    var adjusted = pValues
    var largest = 0.0
    let ascending = pValues.indices.sorted { pValues[$0] < pValues[$1] }
    for (rank, index) in ascending.enumerated() {
        largest = max(largest, min(1, Double(pValues.count - rank) * pValues[index]))
        adjusted[index] = largest
    }
    return adjusted
}
