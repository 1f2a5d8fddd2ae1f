import Exchange
import Testing

@testable import Providers

@Suite("AWS shared files")
struct SharedProfileTests {
    private static let credentials = """
        # keys
        [default]
        aws_access_key_id = AKIDEFAULT
        aws_secret_access_key=secret/with=equals+and#hash
        [dev]
        AWS_ACCESS_KEY_ID= AKIDDEV   # not mine
        aws_secret_access_key =s2 ; nor this
        aws_session_token = t2
        """
    private static let config = """
        [default]
        region = eu-west-1
        s3 =
          max_concurrent_requests = 20
          region = nested
        [ profile  dev ]
        region=us-east-2
        [dev]
        region = wrong
        broken line
        [profile
        region = nowhere
        """

    private func settings(_ profile: String) -> [String: String]? {
        SharedProfiles(credentials: Array(Self.credentials.utf8), config: Array(Self.config.utf8)).settings(of: profile)
    }

    @Test("sections, comments, nested settings and broken lines")
    func parsing() {
        #expect(self.settings("default")?["region"] == "eu-west-1")
        #expect(self.settings("default")?["aws_secret_access_key"] == "secret/with=equals+and#hash")
        #expect(self.settings("default")?["max_concurrent_requests"] == nil)
        #expect(self.settings("dev")?["aws_access_key_id"] == "AKIDDEV")
        #expect(self.settings("dev")?["aws_secret_access_key"] == "s2")
        #expect(self.settings("dev")?["region"] == "us-east-2")
        #expect(self.settings("other") == nil)
    }

    @Test("the region of a profile")
    func region() {
        let region = AWSProfileSource.region(of: "dev", credentials: nil, config: Array(Self.config.utf8))
        #expect(region == "us-east-2")
    }

    @Test("any bytes are some file")
    func garbage() {
        for seed in 0..<200 {
            var bytes: [UInt8] = []
            for index in 0..<(seed % 64) { bytes.append(UInt8(truncatingIfNeeded: (seed &* 31 &+ index &* 17) ^ seed)) }
            _ = INIFile(parsing: bytes)
        }
        _ = INIFile(parsing: Array("[]\n=\n[a]\n=b\n[b".utf8))
    }
}
