import Catalogue
import Exchange
import Policy
import Storage
import Testing

@testable import Gateway

/// Every route of the data plane against everything that may refuse a caller: made of the router's own table, so that a new
/// route is a new row.
@Suite("Every inference route is held to every policy (N030)")
struct PolicyMatrixTests {
    /// What stands in the way.
    enum Policy: String, CaseIterable {
        case noKey = "no key"
        case unknownKey = "an unknown key"
        case disabledKey = "a disabled key"
        case modelNotAllowed = "a model that is not allowed"
        case requestsPerMinute = "a limit of requests per minute that is used up"
        case spentBudget = "a budget that is spent"
    }

    struct Cell: CustomTestStringConvertible, Sendable {
        var path: String
        var operation: Exchange.Operation
        var policy: Policy
        var testDescription: String { "\(self.path): \(self.policy.rawValue)" }
    }

    static let cells: [Cell] = {
        let plain = Route.operations.map { (path: "/v1\($0.0)", operation: $0.1) }
        let azure = Route.deploymentOperations.map { (path: "/openai/deployments/fast\($0.0)", operation: $0.1) }
        return (plain + azure).flatMap { route in
            Policy.allCases.map { Cell(path: route.path, operation: route.operation, policy: $0) }
        }
    }()

    /// Asking for these costs nothing at any vendor.
    private static let free: Set<Exchange.Operation> = [.countTokens, .responsesInputTokens, .moderations]

    private static let canary = "a-prompt-nobody-may-keep"

    private func body(_ cell: Cell) -> String {
        let model = cell.policy == .modelNotAllowed ? "forbidden" : cell.operation.isOfClaude ? "claude" : "fast"
        switch cell.operation {
        case .messages, .countTokens:
            return #"{"model":"\#(model)","max_tokens":9,"messages":[{"role":"user","content":"\#(Self.canary)"}]}"#
        case .completions: return #"{"model":"\#(model)","prompt":"\#(Self.canary)","max_tokens":9}"#
        case .chat:
            return #"{"model":"\#(model)","max_tokens":9,"messages":[{"role":"user","content":"\#(Self.canary)"}]}"#
        default: return #"{"model":"\#(model)","input":"\#(Self.canary)"}"#
        }
    }

    private func world(_ policy: Policy) -> TestWorld {
        var world = TestWorld()
        switch policy {
        case .noKey, .unknownKey, .modelNotAllowed: break
        case .disabledKey: world.isKeyEnabled = false
        case .requestsPerMinute: world.limits.requestsPerMinute = 1
        case .spentBudget:
            world.pricing = TargetPricing(
                price: .sandbox,
                version: 1,
                learned: ModelUsage(),
                largestOutput: 8_000,
                imageBound: 1_000
            )
            world.budgets = [
                BudgetFacts(
                    id: "bud_0",
                    scopeLabel: "the key",
                    amountNanoUSD: 0,
                    periodName: "total",
                    isHard: true,
                    isUpperBound: false,
                    schedule: .total
                )
            ]
        }
        return world
    }

    @Test("no cell is empty", arguments: Self.cells)
    func cell(_ cell: Cell) throws {
        let road = try RoadHarness(world: self.world(cell.policy))
        let path = cell.policy == .modelNotAllowed ? cell.path.replacing("/fast/", with: "/forbidden/") : cell.path
        if cell.policy == .requestsPerMinute {
            try road.post(path, self.body(cell))
            try road.vendorAnswers(200, "{}")
            _ = try road.answer()
            _ = road.takeRecords()
        }
        let asked = road.vendors.channels.count
        switch cell.policy {
        case .noKey:
            let body = self.body(cell)
            try road.send("POST \(path) HTTP/1.1\r\nHost: g\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
        case .unknownKey:
            try road.post(
                path,
                self.body(cell),
                authorization: "sk-mt-000000000000-" + String(repeating: "a", count: 49)
            )
        default: try road.post(path, self.body(cell))
        }
        if cell.policy == .spentBudget, Self.free.contains(cell.operation) {
            #expect(road.vendors.channels.count == asked + 1)
            return
        }
        let answer = try road.answer()
        let expected: Set<Int> =
            switch cell.policy {
            case .noKey, .unknownKey, .disabledKey: [401]
            // As OpenAI itself says it on its two surfaces.
            case .modelNotAllowed: cell.operation.format == .responses ? [400] : [404]
            case .requestsPerMinute: [429]
            case .spentBudget: [402, 429]
            }
        #expect(expected.contains(answer.status), "\(answer.status) \(answer.body.prefix(300))")
        #expect(road.vendors.channels.count == asked)
        #expect(!answer.body.contains(Self.canary))
        // What is kept of it names no prompt.
        #expect(!"\(road.takeRecords())".contains(Self.canary))
    }

    @Test("every operation of the vocabulary that takes a body has a route, and so a row")
    func whole() {
        let routed = Set(Route.operations.map(\.1))
        #expect(routed == Set(Exchange.Operation.allCases).subtracting([.models]))
    }
}

extension Exchange.Operation {
    fileprivate var isOfClaude: Bool { self == .messages || self == .countTokens }
}
