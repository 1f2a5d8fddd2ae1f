import Testing

@testable import Policy

@Suite("Target set")
struct TargetSetTests {
    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func agreesWithASetOfIntegers(_ seed: UInt64) {
        var random = TestRandom(seed)
        var (set, model) = (TargetSet(), Set<Int>())
        for _ in 0..<300 {
            let index = random.int(-2...300)
            switch random.int(0...2) {
            case 0:
                let isNew = set.insert(index)
                #expect(isNew == (index >= 0 && !model.contains(index)))
                if index >= 0 { model.insert(index) }
            case 1:
                set.remove(index)
                model.remove(index)
            default: #expect(set.contains(index) == model.contains(index))
            }
            #expect(set.count == model.count && set.isEmpty == model.isEmpty)
        }
    }
}
