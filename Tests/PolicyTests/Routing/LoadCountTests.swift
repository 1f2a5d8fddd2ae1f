import Testing

@testable import Policy

@Suite("Load count")
struct LoadCountTests {
    @Test("a request is counted with its body, or not at all")
    func allOrNothing() {
        let count = LoadCount()
        let project = count.project("a")
        let bound = LoadBound(requests: 2, bodyBytes: 100)
        let first = count.enter(project, bodyBytes: 60, within: bound)
        let tooLong = count.enter(project, bodyBytes: 41, within: bound)
        #expect(first && !tooLong)
        #expect((count.requests, count.bodyBytes, count.busyProjects) == (1, 60, 1))
        let second = count.enter(project, bodyBytes: 40, within: bound)
        let third = count.enter(project, bodyBytes: 0, within: bound)
        #expect(second && !third)
        #expect((project.requests, project.bodyBytes) == (2, 100))
    }

    @Test("what has left is counted no more")
    func leaving() {
        let count = LoadCount()
        let project = count.project("a")
        _ = count.enter(project, bodyBytes: 10, within: LoadBound(requests: 5))
        count.release(10, project)
        count.leave(project)
        #expect((count.requests, count.bodyBytes, count.busyProjects) == (0, 0, 0))
        #expect((project.requests, project.bodyBytes) == (0, 0))
    }

    @Test("bytes beyond what can be counted do not fit")
    func overflow() {
        let count = LoadCount()
        let project = count.project("a")
        let all = count.hold(.max, project, within: LoadBound(requests: 1))
        let more = count.hold(1, project, within: LoadBound(requests: 1))
        #expect(all && !more)
    }

    @Test("a project keeps its counter while it has requests in flight, however many others come")
    func manyProjects() {
        let count = LoadCount()
        let busy = count.project("busy")
        _ = count.enter(busy, bodyBytes: 0, within: LoadBound(requests: 1))
        for number in 0..<10_000 { _ = count.project("p\(number)") }
        #expect(count.project("busy") === busy)
    }

    @Test("below nine tenths nobody asks whose turn it is")
    func uncontended() {
        #expect(LoadBound(requests: 100, bodyBytes: 1_000).uncontended == LoadBound(requests: 90, bodyBytes: 900))
        #expect(LoadBound(requests: 0, bodyBytes: 0).uncontended == LoadBound(requests: 0, bodyBytes: 0))
    }

    @Test(
        "how much a process can carry follows from its descriptors, its memory and its connections",
        arguments: [
            (1_024, nil, 20_000, 448), (1 << 20, 512 << 20, 20_000, 1_024), (1 << 20, 64 << 30, 20_000, 20_000),
            (20, nil, 20_000, 16), (-1, -1, 20_000, 16), (Int.max, nil, Int.max, Int.max / 16 * 7),
        ] as [(Int, Int?, Int, Int)]
    )
    func carrying(_ descriptors: Int, _ memory: Int?, _ connections: Int, _ expected: Int) {
        let found = LoadBound.requests(descriptors: descriptors, memoryBytes: memory, connections: connections)
        #expect(found == expected)
    }
}
