import Glibc

/// Rows under headings, aligned, cut to the terminal's width. Control characters are shown as `?`.
struct Table {
    private let headings: [String]
    private var rows: [[String]] = []

    init(_ headings: [String]) {
        self.headings = headings
    }

    /// Adds a row; what is missing is shown as a dash.
    mutating func add(_ cells: [String?]) {
        self.rows.append(cells.map { Self.printable($0 ?? "-") })
    }

    /// The table as text.
    ///
    /// - Parameter width: Columns of the terminal; `nil` cuts nothing.
    /// - Returns: One line per row, headings first.
    func text(width: Int?) -> String {
        let all = [self.headings] + self.rows
        let widths = self.headings.indices.map { column in
            all.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        return all.map { row in
            let line = row.enumerated().map { column, cell in
                column == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
            }.joined(separator: "  ")
            return Self.cut(line, width)
        }.joined(separator: "\n")
    }

    /// Prints to standard output, as wide as the terminal if it is one.
    func print() {
        Console.out(self.text(width: Self.terminalWidth))
    }

    private static func cut(_ line: String, _ width: Int?) -> String {
        guard let width, width > 1, line.count > width else { return line }
        return line.prefix(width - 1) + "…"
    }

    private static func printable(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "?" : $0 }))
    }

    private static var terminalWidth: Int? {
        guard isatty(STDOUT_FILENO) == 1 else { return nil }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }
}
