public import Wire

extension ProviderDescriptor {
    /// Finds a body field by which the vendor would choose another model, vendor, account or server than the plan did.
    ///
    /// - Parameter root: The body's root. Only its own members are looked at: what is nested is content.
    /// - Returns: The first such field in document order, safe to show to the caller; `nil` when there is none.
    public func refusedField(in root: JSONValue) -> String? {
        for (key, _) in root.members {
            if let field = self.refusedFields.first(where: { key.equals($0) }) { return field.description }
        }
        return nil
    }
}
