import Testing

@testable import Policy

@Suite("The choice of a second target")
struct BesideChoiceTests {
    /// Two targets of which the first is being tried, and credit for so many hedges.
    private static func world(
        credit: Int = 1,
        _ targets: [(weight: Int, priority: Int)] = [(1, 0), (1, 1)]
    )
        -> (RoutingWorld, RouteCursor)
    {
        let world = RoutingWorld(targets)
        for _ in 0..<credit * 50 { world.chooser.balance.hedges.noteRequest() }
        var cursor = RouteCursor()
        _ = cursor.next(world.chooser, at: world.now)
        return (world, cursor)
    }

    @Test func itIsOneThatWasNotTried() throws {
        var (world, cursor) = Self.world()
        world.pass(.seconds(1))
        let beside = cursor.beside(world.chooser, at: world.now)
        let choice = try #require(beside)
        #expect(choice.index == 1 && choice.reason == .weighted && !choice.permit.isForced)
        #expect(world.health(1).inFlight == 1)
        #expect(cursor.hasTried(1))
        #expect(!world.chooser.balance.hedges.take())
    }

    @Test func withoutCreditNothingIsTaken() {
        var (world, cursor) = Self.world(credit: 0)
        world.pass(.seconds(1))
        let choice = cursor.beside(world.chooser, at: world.now)
        #expect(choice == nil)
        #expect(world.health(1).inFlight == 0)
        #expect(!cursor.hasTried(1))
    }

    @Test func whatCannotServeOrIsSickIsNoHelp() {
        var (world, cursor) = Self.world()
        let unsupported = cursor.beside(world.chooser, at: world.now, obstacle: { $0 == 1 ? .unsupported : nil })
        world.breakDown(1)
        let sick = cursor.beside(world.chooser, at: world.now)
        #expect(unsupported == nil && sick == nil)
        #expect(!cursor.hasTried(1))
        #expect(world.chooser.balance.hedges.take())
    }

    @Test func whatWouldHaveToProveItselfIsLeftToOthers() {
        var (world, cursor) = Self.world()
        world.breakDown(1)
        world.pass(.seconds(6))
        let choice = cursor.beside(world.chooser, at: world.now)
        #expect(choice == nil)
        #expect(world.health(1).inFlight == 0)
        // The half-open place is free, and so is the credit.
        let permit = world.health(1).begin(at: world.now)
        #expect(permit?.isProbe == true)
        #expect(world.chooser.balance.hedges.take())
    }
}
