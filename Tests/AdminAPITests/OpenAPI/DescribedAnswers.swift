import Testing

@testable import AdminAPI

/// Holds answers against what the OpenAPI document says of their routes. Every call of every test goes through here.
struct DescribedAnswers: Sendable {
    let document: JSONNode
    private let routes: [AdminRoute]

    init(_ router: AdminRouter) throws {
        self.routes = router.routes
        let bytes = OpenAPIDocument(routes: router.routes, version: "1.2.3").json
        self.document = try #require(JSONNode(bytes))
    }

    /// The operation of a route.
    func operation(_ route: AdminRoute) -> JSONNode? {
        self.document["paths"]?[route.path]?[route.method.rawValue.lowercased()]
    }

    /// Reports an answer that the document does not allow. Requests that find no route are answered alike everywhere, and
    /// the document does not speak of them.
    func check(_ method: String, _ path: String, _ answer: AdminAnswer) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let isLost = ["route_not_found", "method_not_allowed"].contains(answer.string("code") ?? "")
        let route = self.routes.first { $0.method.rawValue == method && $0.match(parts) != nil }
        guard let route, !isLost else { return }
        for fault in self.faults(answer, of: route) {
            Issue.record("\(method) \(path) answers \(answer.status) unlike its description: \(fault)")
        }
    }

    private func faults(_ answer: AdminAnswer, of route: AdminRoute) -> [String] {
        guard let response = self.operation(route)?["responses"]?[String(answer.status)] else {
            return ["the status is not described"]
        }
        let contents = response["content"]?.members ?? [:]
        guard let type = answer.contentType.map({ String($0.prefix { $0 != ";" }) }) else {
            return contents.isEmpty && answer.body.isEmpty ? [] : ["there is no content"]
        }
        guard let schema = contents[type]?["schema"] else { return ["\(type) is not described"] }
        if answer.headers["etag"] != nil, response["headers"]?["etag"] == nil { return ["the etag is not described"] }
        guard type.hasSuffix("json") else { return [] }
        guard let body = JSONNode(answer.body) else { return ["the body is not JSON"] }
        return SchemaCheck(document: self.document).faults(body, schema)
    }
}
