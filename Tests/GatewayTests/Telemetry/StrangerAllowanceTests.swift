import NIOCore
import Testing

@testable import Gateway

@Suite("Strangers' allowance")
struct StrangerAllowanceTests {
    @Test("a second's places are there again in the next, and not before")
    func renews() {
        var allowance = StrangerAllowance()
        let start = NIODeadline.uptimeNanoseconds(5_000_000_000)
        let first = (0..<StrangerAllowance.perSecond + 1).map { _ in allowance.take(at: start) }
        #expect(first == Array(repeating: true, count: StrangerAllowance.perSecond) + [false])
        let late = allowance.take(at: start + .milliseconds(999))
        let next = allowance.take(at: start + .seconds(1))
        #expect(!late && next)
    }
}
