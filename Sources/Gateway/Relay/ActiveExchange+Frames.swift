import Exchange
import Wire

// Streams in AWS's binary framing. A damaged frame, or bytes after the last whole one, are a cut stream.

extension ActiveExchange {
    /// Relays the whole frames at the start of `bytes`; returns how many bytes they are.
    func relayFrames(_ bytes: UnsafeRawBufferPointer) -> Int {
        var offset = 0
        while self.isRelaying {
            do throws(AWSEventStreamError) {
                guard let frame = try self.frames?.next(bytes, from: &offset) else { return offset }
                self.relay(StreamMessage(frame, in: bytes))
            } catch {
                let failure = GatewayFailure(.upstreamFailed, "The provider's stream is damaged.")
                self.perform(self.machine.interrupt(failure))
                return bytes.count
            }
        }
        return bytes.count
    }

    private func relay(_ message: StreamMessage) {
        guard let translation = self.translation else { return }
        self.act(on: translation.observe(message), UnsafeRawBufferPointer(start: nil, count: 0), false)
    }
}
