import Exchange
import Testing
import Wire

@Suite("Fields of a request body")
struct RequestFieldsTests {
    @Test(
        "only an object has fields",
        arguments: [
            ("[]", "an array"), ("null", "null"), ("7", "a number"), ("\"x\"", "a string"), ("true", "a boolean"),
        ]
    )
    func roots(_ text: String, _ noun: String) throws {
        try withJSON(text) { root in
            let failure = failure { () throws(GatewayFailure) in _ = try RequestFields(root) }
            #expect(failure == GatewayFailure(.invalidRequest, "the request body must be a JSON object, got \(noun)"))
        }
    }

    @Test("the model and its place")
    func model() throws {
        try withJSON(#"{ "model": "a" }"#) { root in
            let fields = try RequestFields(root)
            #expect(try fields.inspected(pathModel: nil) == Inspected(model: "a", modelRange: 11..<14))
            #expect(try fields.inspected(pathModel: "p") == Inspected(model: "p", modelRange: 11..<14))
        }
        try withJSON("{}") { root in
            let fields = try RequestFields(root)
            #expect(try fields.inspected(pathModel: "p") == Inspected(model: "p", modelRange: nil))
            let failure = failure { () throws(GatewayFailure) in _ = try fields.inspected(pathModel: nil) }
            #expect(failure?.parameter == "model")
            #expect(failure?.message == "model must be a non-empty string, but is missing")
        }
    }

    @Test("flags")
    func flags() throws {
        try withJSON(#"{"yes":true,"no":false,"null":null,"odd":"x"}"#) { root in
            let fields = try RequestFields(root)
            #expect(try fields.flag("yes", allowsNull: false))
            #expect(try !fields.flag("no", allowsNull: false))
            #expect(try !fields.flag("absent", allowsNull: false))
            #expect(try !fields.flag("null", allowsNull: true))
            let null = failure { () throws(GatewayFailure) in _ = try fields.flag("null", allowsNull: false) }
            #expect(null == GatewayFailure(.invalidRequest, "null must be true or false, got null", parameter: "null"))
            let odd = failure { () throws(GatewayFailure) in _ = try fields.flag("odd", allowsNull: true) }
            #expect(odd == GatewayFailure(.invalidRequest, "odd must be true or false, got a string", parameter: "odd"))
        }
    }

    @Test("counts inside bounds")
    func counts() throws {
        try withJSON(#"{"a":5,"b":null}"#) { root in
            let fields = try RequestFields(root)
            #expect(try fields.count("a", in: 1...5) == 5)
            #expect(try fields.count("b", in: 1...5) == nil)
            #expect(try fields.count("c", in: 1...5) == nil)
        }
    }

    @Test(
        "counts outside bounds say what would be right",
        arguments: [
            ("0", "at least 1, got 0"), ("-9", "at least 1, got -9"), ("6", "at most 5, got 6"),
            ("1.0", "an integer, got 1.0"),
            ("1e0", "an integer, got 1e0"), ("[1]", "an integer, got an array"), ("{}", "an integer, got an object"),
            ("false", "an integer, got a boolean"), ("-0.5", "an integer, got -0.5"),
            ("-99999999999999999999", "at least 1, got -99999999999999999999"),
        ]
    )
    func refusedCounts(_ value: String, _ text: String) throws {
        try withJSON(#"{"n":\#(value)}"#) { root in
            let fields = try RequestFields(root)
            let failure = failure { () throws(GatewayFailure) in _ = try fields.count("n", in: 1...5) }
            #expect(failure == GatewayFailure(.invalidRequest, "n must be \(text)", parameter: "n"))
        }
    }

    @Test("products that overflow are refused")
    func products() throws {
        try withJSON("{}") { root in
            let fields = try RequestFields(root)
            var inspected = Inspected(model: "m", modelRange: nil)
            inspected.choiceCount = 128
            try fields.checkProduct(of: inspected, cap: "cap")
            inspected.maxOutputTokens = Int.max / 128
            try fields.checkProduct(of: inspected, cap: "cap")
            inspected.maxOutputTokens = Int.max / 128 + 1
            let failure = failure { () throws(GatewayFailure) in try fields.checkProduct(of: inspected, cap: "cap") }
            #expect(failure?.parameter == "cap")
        }
    }
}
