import Storage
import Wire

/// What a configuration file declares: rows by name, each with the fields that the admin API takes to make one.
///
/// A kind that is not mentioned has no rows here: applying the document takes those away that an earlier one declared.
public struct DeclaredDocument: Sendable, Equatable {
    /// The kinds of rows, as the document names them, in the order in which they need one another.
    public static let sections = ["projects", "providers", "models", "budgets"]
    /// Most bytes of a document as JSON.
    public static let maximumBytes = 4 << 20
    private static let maximumRows = 10_000

    /// Projects.
    public var projects: [ProjectDraft] = []
    /// Providers. A credential that is not given stays as it is stored.
    public var providers: [ProviderDraft] = []
    /// Models with their targets.
    public var models: [ModelDraft] = []
    /// Budgets of projects, which are given by name, and of keys.
    public var budgets: [BudgetDraft] = []

    /// Declares nothing.
    public init() {}

    /// Reads a document.
    ///
    /// - Parameter json: One JSON object whose members are ``sections``, each an array of objects.
    /// - Throws: `AdminProblem` that names the place: `models[2].targets[0].weight`.
    public init(json: [UInt8]) throws(AdminProblem) {
        guard json.count <= Self.maximumBytes else {
            throw AdminProblem(.bodyTooLarge, "the document must be at most \(Self.maximumBytes) bytes")
        }
        self = try AdminBody.read(json, Self.sections) { body throws(AdminProblem) in
            try DeclaredDocument(body)
        }
    }

    init(_ body: AdminBody) throws(AdminProblem) {
        self.projects = try body.objects("projects", ProjectRoutes.fields, ProjectRoutes.draft) ?? []
        self.providers = try body.objects("providers", ProviderRoutes.draftFields, ProviderRoutes.draft) ?? []
        self.models = try body.objects("models", ModelRoutes.fields, ModelRoutes.draft) ?? []
        self.budgets = try body.objects("budgets", BudgetRoutes.draftFields, BudgetRoutes.draft) ?? []
        let count = self.projects.count + self.providers.count + self.models.count + self.budgets.count
        guard count <= Self.maximumRows else {
            throw AdminProblem(.invalidBody, "the document must declare at most \(Self.maximumRows) rows")
        }
        try self.checkRepeats()
    }

    /// Two rows of one name would each undo what the other says.
    private func checkRepeats() throws(AdminProblem) {
        try Self.checkRepeats("projects", self.projects.map(\.name))
        try Self.checkRepeats("providers", self.providers.map(\.name))
        try Self.checkRepeats("models", self.models.map(\.name))
        try Self.checkRepeats("budgets", self.budgets.map { "\($0.scope) \($0.period.rawValue)" })
    }

    private static func checkRepeats(_ section: String, _ names: [String]) throws(AdminProblem) {
        var seen: [[UInt8]: Int] = [:]
        for (index, name) in names.enumerated() {
            guard let first = seen.updateValue(index, forKey: Array(name.utf8)) else { continue }
            throw .field("\(section)[\(index)]", "repeats \(section)[\(first)]")
        }
    }
}
