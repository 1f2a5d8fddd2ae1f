extension Schema {
    /// Which trace a request belongs to. Requests without one cost the index nothing.
    static let traces = """
        ALTER TABLE request_log ADD COLUMN trace_id TEXT;
        CREATE INDEX request_log_by_trace ON request_log (trace_id) WHERE trace_id IS NOT NULL;
        """
}
