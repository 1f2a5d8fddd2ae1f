import Logging
import NIOPosix
import Policy

extension DataPlane {
    /// Looks at the memory in use once a second, off the loops, until it is cancelled.
    func watchMemory() async {
        let reader = self.parts.memory
        var last = MemoryPressure.none
        while !Task.isCancelled {
            let figures = try? await NIOThreadPool.singleton.runIfActive { reader.figures() }
            self.shared.gate.note(figures ?? [])
            let pressure = self.shared.gate.pressure
            if pressure != last { self.tell(pressure, last) }
            last = pressure
            try? await Task.sleep(for: .seconds(1))
        }
    }

    private func tell(_ pressure: MemoryPressure, _ last: MemoryPressure) {
        let level = pressure > last ? Logger.Level.warning : .notice
        self.parts.log.log(
            level: level,
            "memory pressure has changed",
            metadata: ["pressure": "\(pressure.label)", "before": "\(last.label)"]
        )
    }
}
