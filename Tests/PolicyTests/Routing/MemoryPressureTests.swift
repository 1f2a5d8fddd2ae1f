import Testing

@testable import Policy

@Suite("Memory pressure")
struct MemoryPressureTests {
    private static func used(_ percent: Int) -> [MemoryFigures] { [MemoryFigures(used: percent * 10, limit: 1_000)] }

    @Test(
        "each level begins at its share of the limit",
        arguments: [
            (0, .none), (84, .none), (85, .noWaiting), (91, .noWaiting), (92, .noKeepAlive), (94, .noKeepAlive),
            (95, .refusing), (100, .refusing), (140, .refusing),
        ] as [(Int, MemoryPressure)]
    )
    func levels(_ percent: Int, _ expected: MemoryPressure) {
        var watch = MemoryWatch()
        let pressure = watch.note(Self.used(percent))
        #expect(pressure == expected)
    }

    @Test("a level is left two percent below where it began")
    func slack() {
        var watch = MemoryWatch()
        let readings = [95, 94, 93, 92, 91, 90, 89, 84, 83, 82, 84].map { watch.note(Self.used($0)) }
        #expect(
            readings == [
                .refusing, .refusing, .refusing, .noKeepAlive, .noKeepAlive, .noKeepAlive, .noWaiting, .noWaiting,
                .noWaiting, .none, .none,
            ]
        )
    }

    @Test("the limit that is nearest decides")
    func nearest() {
        var watch = MemoryWatch()
        let pressure = watch.note([MemoryFigures(used: 1, limit: 1_000), MemoryFigures(used: 93, limit: 100)])
        #expect(pressure == .noKeepAlive)
    }

    @Test("what is not known does no harm")
    func unknown() {
        var watch = MemoryWatch()
        let nothing = watch.note([])
        let nonsense = watch.note([
            MemoryFigures(used: 5, limit: 0), MemoryFigures(used: -1, limit: 10), MemoryFigures(used: .max, limit: -1),
        ])
        #expect(nothing == .none && nonsense == .none)
        let full = watch.note([MemoryFigures(used: .max, limit: .max)])
        let gone = watch.note([])
        #expect(full == .refusing && gone == .none)
    }
}
