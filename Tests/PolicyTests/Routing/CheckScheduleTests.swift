import Testing

@testable import Policy

@Suite("When providers are checked")
struct CheckScheduleTests {
    private static let first = ProviderIdentity(id: "a", generation: 1)
    private static let second = ProviderIdentity(id: "b", generation: 1)

    private func at(_ milliseconds: Int64) -> MonotonicInstant { MonotonicInstant(microseconds: milliseconds * 1_000) }

    /// Takes what is due at every second, each check taking no time.
    private func checks(
        of entries: [CheckSchedule.Entry],
        seconds: Int64,
        _ schedule: inout CheckSchedule
    ) -> [ProviderIdentity: [Int64]] {
        var times: [ProviderIdentity: [Int64]] = [:]
        for second in 0..<seconds {
            for index in schedule.take(entries, at: self.at(second * 1_000)) {
                times[entries[index].provider, default: []].append(second)
                schedule.done(entries[index].provider, at: self.at(second * 1_000))
            }
        }
        return times
    }

    @Test("each is asked once in its interval, the first time at any moment of it")
    func interval() throws {
        var schedule = CheckSchedule()
        let entries = [
            CheckSchedule.Entry(Self.first, every: .seconds(30)), CheckSchedule.Entry(Self.second, every: .seconds(10)),
        ]
        let times = self.checks(of: entries, seconds: 600, &schedule)
        for (identity, interval) in [(Self.first, Int64(30)), (Self.second, 10)] {
            let own = try #require(times[identity])
            #expect(try #require(own.first) <= interval + 1)
            for (earlier, later) in zip(own, own.dropFirst()) {
                #expect((interval * 4 / 5...interval * 6 / 5 + 1).contains(later - earlier))
            }
        }
    }

    @Test("checks of many providers do not fall together")
    func spread() {
        var schedule = CheckSchedule()
        let entries = (0..<100).map {
            CheckSchedule.Entry(ProviderIdentity(id: "p\($0)", generation: 0), every: .seconds(30))
        }
        let times = self.checks(of: entries, seconds: 31, &schedule)
        let bySecond = Dictionary(grouping: times.values.compactMap(\.first), by: { $0 }).mapValues(\.count)
        #expect((bySecond.values.max() ?? 0) < 25)
    }

    @Test("one that is under way is not asked a second time")
    func underWay() {
        var schedule = CheckSchedule()
        let entry = [CheckSchedule.Entry(Self.first, every: .seconds(5), sickUntil: self.at(0))]
        #expect(schedule.take(entry, at: self.at(0)).isEmpty)
        #expect(schedule.take(entry, at: self.at(1)) == [0])
        #expect(schedule.take(entry, at: self.at(60_000)).isEmpty)
        schedule.done(Self.first, at: self.at(60_000))
        #expect(schedule.take(entry, at: self.at(60_500)).isEmpty, "a second lies between two checks")
        #expect(schedule.take(entry, at: self.at(61_000)) == [0])
    }

    @Test("one that is held to be sick is asked as soon as it may be, and as one that is well no sooner")
    func sick() {
        var schedule = CheckSchedule()
        func take(_ now: Int64, sickUntil: Int64?) -> Bool {
            let entry = CheckSchedule.Entry(
                Self.first,
                every: .seconds(1_000),
                sickUntil: sickUntil.map { self.at($0) }
            )
            let taken = !schedule.take([entry], at: self.at(now)).isEmpty
            if taken { schedule.done(Self.first, at: self.at(now)) }
            return taken
        }
        _ = take(0, sickUntil: nil)
        let whileWaiting = take(1_000, sickUntil: 5_000)
        let whenDue = take(5_000, sickUntil: 5_000)
        let again = take(6_000, sickUntil: 5_000)
        #expect(!whileWaiting && whenDue && again)
    }

    @Test("a changed provider starts afresh, and one that is gone is forgotten")
    func forgotten() {
        var schedule = CheckSchedule()
        let entry = CheckSchedule.Entry(Self.first, every: .seconds(5), sickUntil: self.at(0))
        _ = schedule.take([entry], at: self.at(0))
        let taken = schedule.take([entry], at: self.at(1))
        _ = schedule.take([], at: self.at(2))
        _ = schedule.take([entry], at: self.at(3))
        let takenAfresh = schedule.take([entry], at: self.at(4))
        #expect(taken == [0] && takenAfresh == [0], "what was under way before says nothing of the new one")
    }

    @Test("an interval that was shortened counts at once")
    func shortened() {
        var schedule = CheckSchedule()
        _ = schedule.take([CheckSchedule.Entry(Self.first, every: .seconds(3_600))], at: self.at(0))
        let short = [CheckSchedule.Entry(Self.first, every: .seconds(5))]
        _ = schedule.take(short, at: self.at(1_000))
        #expect(schedule.take(short, at: self.at(8_000)) == [0])
    }
}
