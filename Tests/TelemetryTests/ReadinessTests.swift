import Telemetry
import Testing

@Suite("readiness")
struct ReadinessTests {
    @Test("waits for every condition it was told of")
    func conditions() {
        let readiness = Readiness(waitingFor: ["store", "listener"])
        #expect(!readiness.isReady)
        readiness.set("store", .ready)
        #expect(!readiness.isReady)
        readiness.set("listener", .ready)
        #expect(readiness.isReady)
        readiness.set("store", .waiting("disk full"))
        #expect(!readiness.isReady)
        #expect(readiness.report.map(\.name) == ["listener", "store"])
        #expect(readiness.report.last?.state == .waiting("disk full"))
    }

    @Test("is never ready again once draining")
    func draining() {
        let readiness = Readiness()
        #expect(readiness.isReady)
        readiness.beginDraining()
        readiness.set("store", .ready)
        #expect(!readiness.isReady)
        #expect(readiness.isDraining)
        #expect(readiness.report.map(\.name) == ["draining", "store"])
    }
}
