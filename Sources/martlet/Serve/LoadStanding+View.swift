import AdminAPI
import Gateway
import Policy

extension LoadStanding {
    /// As the data plane tells it.
    init(_ view: LoadView) {
        self.init(
            inFlight: view.requests,
            maxInFlight: view.bound.requests,
            waiting: view.waiting,
            bodyBytes: view.bodyBytes,
            maxBodyBytes: view.bound.bodyBytes,
            memoryPressure: view.pressure.label,
            shed: Dictionary(view.shed.map { ($0.key.rawValue, $0.value) }) { $1 }
        )
    }
}
