/// Hands the program to libFuzzer.
///
/// - Parameters:
///   - argc: As the system gave it.
///   - argv: As the system gave it.
///   - callback: Gets every input.
/// - Returns: The exit status.
public func runFuzzer(
    _ argc: CInt,
    _ argv: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>,
    _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt {
    var argc = argc
    var argv: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = argv
    return LLVMFuzzerRunDriver(&argc, &argv, callback)
}

@_silgen_name("LLVMFuzzerRunDriver")
private func LLVMFuzzerRunDriver(
    _ argc: UnsafeMutablePointer<CInt>,
    _ argv: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// Fails with words, which `precondition` leaves out of an optimised build.
public func expect(_ isKept: Bool, _ message: @autoclosure () -> String) {
    guard !isKept else { return }
    fatalError(message())
}
