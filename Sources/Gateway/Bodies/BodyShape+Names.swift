extension BodyShape {
    /// Names of members that formats and vendors know, and that are neither gone into nor told the value of.
    static let others: Set<String> = [
        "annotations", "approval_policy", "audio", "base_url", "betas", "best_of", "cache_control", "call_id",
        "chat_template_kwargs", "citations", "code", "container", "context_management", "conversation", "created_by",
        "description", "documents", "echo", "embedding", "encoding_format", "encrypted_content", "enable_thinking",
        "error", "event_id", "extra_body", "file", "file_data", "file_id", "filename", "format", "frequency_bias",
        "function_call", "functions", "guided_choice", "guided_grammar", "guided_json", "guided_regex", "id",
        "image_url", "include", "input", "input_audio", "input_schema", "input_text", "instructions", "is_error",
        "item_id", "json_schema", "last_error", "length_penalty", "logit_bias", "mcp_servers", "media_type", "message",
        "metadata", "min_p", "min_tokens", "modalities", "moderation", "n_probs", "name", "obfuscation", "param",
        "parameters", "plugins", "prediction", "previous_response_id", "priority", "prompt", "prompt_cache_key",
        "prompt_cache_retention", "prompt_logprobs", "provider", "queries", "query", "rank", "reasoning_content",
        "reasoning_details", "redacted", "refusal", "repetition_penalty", "response_id", "result", "results",
        "return_token_ids", "safety_identifier", "schema", "score", "search_parameters", "search_results",
        "sequence_number", "server_tool_use", "signature", "source", "speed", "stop", "stop_sequence",
        "stop_sequences", "suffix", "summary", "summary_index", "system_fingerprint", "text", "title", "token_ids",
        "tool", "tool_call_id", "tool_use_id", "transcript", "truncation", "typical_p", "url", "user", "verbosity",
        "version", "voice", "web_search_options",
    ]
}
