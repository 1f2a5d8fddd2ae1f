import Exchange
import NIOCore
import Upstream
import Wire

/// What its format room read from a body that passed the strict gate.
final class InspectedRequest: Sendable {
    /// What the room found.
    let facts: Inspected
    /// Names of the body's top-level fields that some provider refuses.
    let sensitiveFields: [String]
    /// The edit that puts a model into a body that has none (its value still empty); for vendors that want it there.
    let modelInsertion: BytePatch?
    /// The path named the model, so the body's own, if any, may say something else.
    let bodyModelDiffers: Bool

    private init(
        facts: Inspected,
        sensitiveFields: [String],
        modelInsertion: BytePatch?,
        bodyModelDiffers: Bool
    ) {
        self.facts = facts
        self.sensitiveFields = sensitiveFields
        self.modelInsertion = modelInsertion
        self.bodyModelDiffers = bodyModelDiffers
    }

    /// Gates and inspects a body. Pure: it may run on a loop, or for a long body on a worker.
    static func inspect(
        _ body: ByteBuffer,
        operation: Exchange.Operation,
        pathModel: String?,
        format: any WireFormat,
        sensitiveFields: SensitiveFields,
        tape: JSONTape
    ) throws(GatewayFailure) -> InspectedRequest {
        let result: Result<InspectedRequest, GatewayFailure> = body.withUnsafeReadableBytes { bytes in
            do throws(JSONError) {
                let root = try tape.parse(bytes)
                return Self.read(root, operation, pathModel, format, sensitiveFields)
            } catch {
                return .failure(GatewayFailure(.invalidRequest, "The body is not acceptable JSON: \(error.message)."))
            }
        }
        return try result.get()
    }

    private static func read(
        _ root: JSONValue,
        _ operation: Exchange.Operation,
        _ pathModel: String?,
        _ format: any WireFormat,
        _ sensitiveFields: SensitiveFields
    ) -> Result<InspectedRequest, GatewayFailure> {
        guard root.kind == .object else {
            return .failure(GatewayFailure(.invalidRequest, "The body must be a JSON object."))
        }
        do throws(GatewayFailure) {
            let facts = try format.inspect(root, operation: operation, pathModel: pathModel)
            let insertion =
                facts.modelRange == nil && pathModel != nil
                ? BytePatch.insertingMember(#""model":"""#, into: root) : nil
            return .success(
                InspectedRequest(
                    facts: facts,
                    sensitiveFields: sensitiveFields.found(in: root),
                    modelInsertion: insertion,
                    bodyModelDiffers: pathModel != nil
                )
            )
        } catch {
            return .failure(error)
        }
    }
}
