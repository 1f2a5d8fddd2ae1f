import Policy
import Testing

@Suite("Randomness")
struct RandomnessTests {
    @Test("the system's source returns as many bytes as asked for, and others each time", arguments: [0, 1, 32, 1000])
    func count(_ count: Int) {
        let bytes = Randomness.system.bytes(count)
        #expect(bytes.count == count)
        #expect(count < 32 || bytes != Randomness.system.bytes(count))
    }

    @Test("a given source is used as it is")
    func given() {
        #expect(Randomness { Array(repeating: 7, count: $0) }.bytes(3) == [7, 7, 7])
    }
}
