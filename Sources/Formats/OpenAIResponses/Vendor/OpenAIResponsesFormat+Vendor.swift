public import Exchange
public import Wire

extension OpenAIResponsesFormat {
    /// Reads a complete response.
    ///
    /// - Throws: For a response that failed, was cancelled or has no output.
    public func decodeAnswer(_ root: JSONValue, notes: ReplyNotes) throws(GatewayFailure) -> Answer {
        var reader = ResponsesAnswerReader(notes: notes)
        return try reader.read(root)
    }

    /// A reader for a stream of `response.…` events.
    public func makeStreamDecoder(notes: ReplyNotes) -> any StreamDecoder {
        ResponsesStreamDecoder(notes: notes)
    }

    /// Says what an unsuccessful answer means; the vendor's words are kept where the caller is at fault.
    public func decodeError(status: Int, root: JSONValue?, text: String) -> VendorRefusal {
        let error = root.map { VendorError($0) } ?? VendorError()
        let fault = error.fault(status: status)
        guard fault == .caller else {
            return VendorRefusal(fault: fault, failure: error.failure(status: status, fault))
        }
        let words = VendorWords.presentable(error.message.isEmpty ? text : error.message)
        let message = words.isEmpty ? "The provider refused the request." : words
        switch (status, error.code) {
        case (404, _), (_, "model_not_found"), (_, "unknown_model"), (_, "DeploymentNotFound"):
            return VendorRefusal(fault: fault, failure: GatewayFailure(.modelNotFound, message))
        case (413, _): return VendorRefusal(fault: fault, failure: GatewayFailure(.bodyTooLarge, message))
        case (_, "content_filter"), (_, "content_policy_violation"):
            return VendorRefusal(
                fault: fault,
                failure: GatewayFailure(.invalidRequest, message, code: "content_filter")
            )
        case _ where VendorWords.tellOverflow(error):
            let failure = GatewayFailure(.invalidRequest, message, code: "context_length_exceeded")
            return VendorRefusal(fault: fault, failure: failure)
        default: return VendorRefusal(fault: fault, failure: GatewayFailure(.invalidRequest, message))
        }
    }
}

extension VendorError {
    /// The failure of our credential, of the vendor, or of both their limits.
    fileprivate func failure(status: Int, _ fault: UpstreamFault) -> GatewayFailure {
        switch fault {
        case .credential:
            GatewayFailure(.upstreamCredential, "the provider refused this gateway's account (\(status))")
        case .throttled:
            GatewayFailure(.upstreamUnavailable, "the provider is overloaded or throttles requests (\(status))")
        case .caller, .vendor:
            switch status {
            case 408, 504: GatewayFailure(.upstreamTimeout, "the provider did not answer in time (\(status))")
            case 503, 529: GatewayFailure(.upstreamUnavailable, "the provider is overloaded (\(status))")
            default: self.isOverload ? self.failure : GatewayFailure(.upstreamFailed, "the provider failed (\(status))")
            }
        }
    }
}
