import NIOCore
import Synchronization

/// The oracle's open channels, and one pacer for each event loop.
final class OracleChannels: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var pacers: [ObjectIdentifier: NIOLoopBound<Pacer>] = [:]
    }

    private let tick: Duration
    private let state = Mutex(State())

    init(tick: Duration) {
        self.tick = tick
    }

    func add(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        self.state.withLock { $0.channels[id] = channel }
        channel.closeFuture.whenComplete { _ in
            self.state.withLock { state in
                state.channels[id] = nil
            }
        }
    }

    /// The loop's pacer; to be called on that loop.
    func pacer(for eventLoop: any EventLoop) -> Pacer {
        let id = ObjectIdentifier(eventLoop)
        let bound = self.state.withLock { state in
            if let pacer = state.pacers[id] { return pacer }
            let pacer = NIOLoopBound(Pacer(eventLoop: eventLoop, tick: self.tick), eventLoop: eventLoop)
            state.pacers[id] = pacer
            return pacer
        }
        return bound.value
    }

    func closeAll() async {
        let channels = self.state.withLock { Array($0.channels.values) }
        for channel in channels {
            channel.close(promise: nil)
        }
        for channel in channels {
            try? await channel.closeFuture.get()
        }
    }
}
