extension Schema {
    /// Which rows the configuration file owns, and every state in which it owned them.
    static let declaredRows = """
        ALTER TABLE projects ADD COLUMN origin TEXT NOT NULL DEFAULT 'stored';
        ALTER TABLE budgets ADD COLUMN origin TEXT NOT NULL DEFAULT 'stored';
        CREATE TABLE configuration_versions (
            number INTEGER NOT NULL PRIMARY KEY,
            at INTEGER NOT NULL,
            actor TEXT NOT NULL,
            source TEXT NOT NULL,
            digest BLOB NOT NULL,
            sealed_document BLOB NOT NULL,
            created INTEGER NOT NULL,
            changed INTEGER NOT NULL,
            deleted INTEGER NOT NULL,
            restores INTEGER
        ) STRICT;
        """
}
