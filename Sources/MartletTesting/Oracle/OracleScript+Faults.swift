import NIOCore

extension OracleScript {
    /// The script up to its `count`-th byte, counted from the first byte of the status line, and then the ending.
    public func cut(afterBytes count: Int, then ending: OracleStep = .close) -> OracleScript {
        var left = Swift.max(count, 0)
        var steps: [OracleStep] = []
        for step in self.steps {
            guard left > 0 else { break }
            let kept = step.prefix(left)
            steps.append(kept.step)
            left -= kept.count
        }
        return OracleScript(steps + [ending], startsAtHead: self.startsAtHead)
    }

    /// The script with every piece broken into pieces of at most `size` bytes, with a pause between two of them.
    public func dribbled(_ size: Int, every interval: Duration = .zero) -> OracleScript {
        var steps: [OracleStep] = []
        for step in self.steps {
            guard case .send(var buffer) = step else {
                steps.append(step)
                continue
            }
            while let slice = buffer.readSlice(length: Swift.min(Swift.max(size, 1), buffer.readableBytes)),
                slice.readableBytes > 0
            {
                if interval > .zero, !steps.isEmpty { steps.append(.wait(interval)) }
                steps.append(.send(slice))
            }
        }
        return OracleScript(steps, startsAtHead: self.startsAtHead)
    }

    /// The script with a pause before its first step.
    public func delayed(by duration: Duration) -> OracleScript {
        OracleScript([.wait(duration)] + self.steps, startsAtHead: self.startsAtHead)
    }

    /// The script behind a gate.
    public func held(by gate: OracleGate) -> OracleScript {
        OracleScript([.pass(gate)] + self.steps, startsAtHead: self.startsAtHead)
    }

    /// The script with one step more at its end.
    public func then(_ step: OracleStep) -> OracleScript {
        OracleScript(self.steps + [step], startsAtHead: self.startsAtHead)
    }
}

extension OracleStep {
    /// The step as far as its first `limit` bytes, and how many those are.
    fileprivate func prefix(_ limit: Int) -> (step: OracleStep, count: Int) {
        switch self {
        case .send(var buffer):
            let count = Swift.min(limit, buffer.readableBytes)
            return (.send(buffer.readSlice(length: count) ?? ByteBuffer()), count)
        case .fill(let byte, let count):
            return (.fill(byte: byte, count: Swift.min(limit, count)), Swift.min(limit, count))
        case .wait, .pass, .hang, .close, .reset, .halfClose, .stopReading:
            return (self, 0)
        }
    }
}
