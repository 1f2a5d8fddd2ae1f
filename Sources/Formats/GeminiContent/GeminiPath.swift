/// Names of models as the Gemini API writes them inside bodies.
enum GeminiPath {
    /// `models/gemini-3-flash`; a name that brings its collection keeps it.
    static func resource(of model: String) -> String {
        ["models/", "tunedModels/"].contains { model.hasPrefix($0) } ? model : "models/\(model)"
    }
}
