import Exchange
import Ledger
import Policy
import Storage

/// One request under way.
final class Flight {
    /// What it holds of one budget.
    struct Hold {
        var period: BudgetPeriodKey
        var isUpperBound: Bool
        var isHard: Bool
        var nanoUSD: Int64
    }

    enum Phase {
        /// Its attempt is in the journal, and waits until that is on the disk.
        case waiting
        /// Its attempt has a reservation, and waits for something else.
        case reserved
        /// The vendor is at work on it.
        case sent
    }

    let number: Int
    let key: String
    let model: Scenario.Model
    let admission: Admission
    let demand: Demand
    /// What the vendor will have counted at most.
    let inputBound: Int
    let outputBound: Int
    var holds: [Hold]
    var attemptsLeft: Int
    var phase = Phase.sent

    // Of the running attempt:
    var entry: LedgerEntry
    var ticket: JournalTicket?
    var used = TokenUsage()
    /// How it ends, once the vendor has answered.
    var final = TokenUsage()

    init(
        number: Int,
        key: String,
        model: Scenario.Model,
        admission: Admission,
        demand: Demand,
        bounds: (input: Int, output: Int),
        holds: [Hold],
        attemptsLeft: Int,
        entry: LedgerEntry
    ) {
        self.number = number
        self.key = key
        self.model = model
        self.admission = admission
        self.demand = demand
        (self.inputBound, self.outputBound) = bounds
        self.holds = holds
        self.attemptsLeft = attemptsLeft
        self.entry = entry
    }
}
