import Exchange
import Testing

@testable import Providers

@Suite("Token cache")
struct TokenCacheTests {
    private let error = CredentialError(.unreachable, "nobody answers")

    private func at(_ seconds: Int) -> WallTime { testTime.adding(seconds: seconds) }

    private func token(_ name: String, at start: Int, lives seconds: Int?) -> IssuedCredential {
        IssuedCredential(
            .bearer(Secret(name)),
            issuedAt: self.at(start),
            expiresAt: seconds.map { self.at(start + $0) }
        )
    }

    @Test("one asker fetches, the others wait, and all use what he brings")
    func singleFlight() {
        let cache = CacheProbe()
        #expect(cache.look(at: at(0)) == .needed(flight: 1))
        #expect(cache.look(at: at(0)) == .pending)
        #expect(cache.look(at: at(5)) == .pending)
        let token = token("a", at: 5, lives: 3_600)
        #expect(cache.fetched(token, flight: 1, at: at(5)))
        #expect(cache.look(at: at(6)) == .fresh(token))
    }

    @Test("a successor is fetched five minutes before the end, by one")
    func ahead() {
        let cache = CacheProbe()
        _ = cache.look(at: at(0))
        let token = token("a", at: 0, lives: 3_600)
        cache.fetched(token, flight: 1, at: at(0))
        #expect(cache.look(at: at(3_299)) == .fresh(token))
        #expect(cache.look(at: at(3_300)) == .refreshAhead(token, flight: 2))
        #expect(cache.look(at: at(3_300)) == .fresh(token))
        let next = self.token("b", at: 3_301, lives: 3_600)
        cache.fetched(next, flight: 2, at: at(3_301))
        #expect(cache.look(at: at(3_302)) == .fresh(next))
    }

    @Test("a short life is renewed when a fifth of it is left")
    func shortLife() {
        let cache = CacheProbe()
        _ = cache.look(at: at(0))
        let token = token("a", at: 0, lives: 600)
        cache.fetched(token, flight: 1, at: at(0))
        #expect(cache.look(at: at(479)) == .fresh(token))
        #expect(cache.look(at: at(480)) == .refreshAhead(token, flight: 2))
    }

    @Test("what is about to end is not used any more")
    func margin() {
        let cache = CacheProbe()
        _ = cache.look(at: at(0))
        let token = token("a", at: 0, lives: 600)
        cache.fetched(token, flight: 1, at: at(0))
        #expect(cache.look(at: at(589)) == .refreshAhead(token, flight: 2))
        #expect(cache.look(at: at(590)) == .pending)
    }

    @Test("what never ends is never renewed")
    func endless() {
        let cache = CacheProbe()
        _ = cache.look(at: at(0))
        let token = token("a", at: 0, lives: nil)
        cache.fetched(token, flight: 1, at: at(0))
        #expect(cache.look(at: at(1_000_000_000)) == .fresh(token))
        #expect(!cache.refused(token, at: at(1_000_000_000)))
    }

    @Test("failures wait twice as long each time, and at most a minute")
    func backOff() {
        let cache = CacheProbe()
        var now = 0
        for (number, wait) in [1, 2, 4, 8, 16, 32, 60, 60].enumerated() {
            #expect(cache.look(at: at(now)) == .needed(flight: number + 1))
            cache.failed(self.error, flight: number + 1, at: at(now))
            #expect(cache.look(at: at(now)) == .failing(self.error, until: at(now + wait)))
            #expect(cache.look(at: at(now + wait - 1)) == .failing(self.error, until: at(now + wait)))
            now += wait
        }
        _ = cache.look(at: at(now))
        let token = token("a", at: now, lives: 600)
        cache.fetched(token, flight: 9, at: at(now))
        #expect(cache.look(at: at(now)) == .fresh(token))
        #expect(cache.look(at: at(now + 700)) == .needed(flight: 10))
        cache.failed(self.error, flight: 10, at: at(now + 700))
        #expect(cache.look(at: at(now + 700)) == .failing(self.error, until: at(now + 701)))
    }

    @Test("a failed renewal leaves the token in use, and is tried again after the wait")
    func failedAhead() {
        let cache = CacheProbe()
        _ = cache.look(at: at(0))
        let token = token("a", at: 0, lives: 3_600)
        cache.fetched(token, flight: 1, at: at(0))
        #expect(cache.look(at: at(3_400)) == .refreshAhead(token, flight: 2))
        cache.failed(self.error, flight: 2, at: at(3_401))
        #expect(cache.look(at: at(3_401)) == .fresh(token))
        #expect(cache.look(at: at(3_402)) == .refreshAhead(token, flight: 3))
        cache.failed(self.error, flight: 3, at: at(3_590))
        #expect(cache.look(at: at(3_590)) == .failing(self.error, until: at(3_592)))
    }

    @Test("who fetches for too long is given up, and what he brings late is used if it is better")
    func lost() {
        let cache = CacheProbe()
        _ = cache.look(at: at(0))
        #expect(cache.look(at: at(59)) == .pending)
        let late = CredentialError(.timedOut, "the credential was not there in time")
        #expect(cache.look(at: at(60)) == .failing(late, until: at(61)))
        #expect(cache.look(at: at(61)) == .needed(flight: 2))
        cache.failed(self.error, flight: 1, at: at(62))
        #expect(cache.look(at: at(62)) == .pending)
        let first = token("late", at: 0, lives: 3_600)
        #expect(cache.fetched(first, flight: 1, at: at(63)))
        #expect(cache.look(at: at(63)) == .fresh(first))
        let second = token("newer", at: 61, lives: 3_600)
        #expect(cache.fetched(second, flight: 2, at: at(64)))
        #expect(!cache.fetched(first, flight: 1, at: at(65)))
        #expect(cache.look(at: at(65)) == .fresh(second))
    }

    @Test("a service that hands out the same token is not asked with each request")
    func sameToken() {
        let cache = CacheProbe()
        _ = cache.look(at: at(0))
        let token = token("a", at: 0, lives: 3_600)
        cache.fetched(token, flight: 1, at: at(0))
        #expect(cache.look(at: at(3_300)) == .refreshAhead(token, flight: 2))
        cache.fetched(token, flight: 2, at: at(3_300))
        #expect(cache.look(at: at(3_329)) == .fresh(token))
        #expect(cache.look(at: at(3_330)) == .refreshAhead(token, flight: 3))
    }

    @Test("a refused token is dropped once, and never the one that came after it")
    func refused() {
        let cache = CacheProbe()
        _ = cache.look(at: at(0))
        let old = token("a", at: 0, lives: 3_600)
        cache.fetched(old, flight: 1, at: at(0))
        #expect(!cache.refused(old, at: at(5)))
        #expect(cache.refused(old, at: at(100)))
        #expect(!cache.refused(old, at: at(100)))
        #expect(cache.look(at: at(100)) == .needed(flight: 2))
        let new = token("b", at: 100, lives: 3_600)
        cache.fetched(new, flight: 2, at: at(100))
        #expect(!cache.refused(old, at: at(200)))
        #expect(cache.look(at: at(200)) == .fresh(new))
    }

    @Test("a credential that has ended when it comes is a failure, and no reason to ask at once again")
    func endedOnArrival() {
        let cache = CacheProbe()
        _ = cache.look(at: at(0))
        #expect(!cache.fetched(token("a", at: -3_600, lives: 3_600), flight: 1, at: at(0)))
        guard case .failing(let error, let until) = cache.look(at: at(0)) else {
            Issue.record("not failing")
            return
        }
        #expect(error.message.contains("clock"))
        #expect(until == at(1))
    }

    @Test("a clock that is set back holds nobody up")
    func clockSetBack() {
        let cache = CacheProbe()
        #expect(cache.look(at: at(0)) == .needed(flight: 1))
        guard case .failing(_, let until) = cache.look(at: at(-7_200)) else {
            Issue.record("not given up")
            return
        }
        #expect(until == at(-7_199))
        #expect(cache.look(at: at(-7_199)) == .needed(flight: 2))
        cache.failed(self.error, flight: 2, at: at(-7_199))
        #expect(cache.look(at: at(-90_000)) == .needed(flight: 3))
    }

    @Test("absurd times do no harm")
    func absurd() {
        let cache = CacheProbe()
        #expect(cache.look(at: WallTime(seconds: .max)) == .needed(flight: 1))
        let odd = IssuedCredential(
            .bearer(Secret("a")),
            issuedAt: WallTime(seconds: .max),
            expiresAt: WallTime(seconds: .min)
        )
        cache.fetched(odd, flight: 1, at: WallTime(seconds: .min))
        _ = cache.look(at: WallTime(seconds: .max))
        _ = cache.look(at: WallTime(seconds: .min))
    }
}

/// A cache behind a reference, so that expectations may change it.
private final class CacheProbe {
    private var cache = TokenCache()

    func look(at now: WallTime) -> TokenCache.Answer { self.cache.look(at: now) }

    @discardableResult
    func fetched(_ credential: IssuedCredential, flight: Int, at now: WallTime) -> Bool {
        self.cache.fetched(credential, flight: flight, at: now)
    }

    func failed(_ error: CredentialError, flight: Int, at now: WallTime) {
        self.cache.failed(error, flight: flight, at: now)
    }

    func refused(_ credential: IssuedCredential, at now: WallTime) -> Bool {
        self.cache.refused(credential, at: now)
    }
}
