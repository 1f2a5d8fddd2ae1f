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
        if let native = self.nativeFrames { return self.relay(message, unwrappedBy: native) }
        guard let translation = self.translation else { return }
        self.act(on: translation.observe(message), UnsafeRawBufferPointer(start: nil, count: 0), false)
    }

    /// The frame holds events of the caller's own format: they are passed on as if they had come bare.
    private func relay(_ message: StreamMessage, unwrappedBy reader: any NativeFrameReader) {
        self.unwrapped.removeAll(keepingCapacity: true)
        do throws(GatewayFailure) {
            try reader.read(message, into: &self.unwrapped)
        } catch {
            return self.perform(self.machine.interrupt(error))
        }
        let events = self.unwrapped
        _ = events.withUnsafeBytes { self.relayEvents($0) }
    }
}
