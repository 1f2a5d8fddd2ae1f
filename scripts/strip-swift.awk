# Prints Swift sources without comments and without the text of string literals, one `FILE<tab>LINE<tab>CODE` a line, so that
# checks by pattern see code only. Interpolations are code too and stay. A fourth column holds the raw line.
# Known blind spot: bare regex literals (/"/); the sources use none.

function push(kind, hashes, multi) {
    depth++
    kinds[depth] = kind; hashCount[depth] = hashes; isMulti[depth] = multi; parens[depth] = 0
}

function repeatHash(n,    s) {
    s = ""
    while (n-- > 0) s = s "#"
    return s
}

FNR == 1 { depth = 0; comment = 0 }

{
    out = ""; i = 1; n = length($0)
    while (i <= n) {
        c = substr($0, i, 1)
        two = substr($0, i, 2)
        if (comment > 0) {
            if (two == "*/") { comment--; i += 2 }
            else if (two == "/*") { comment++; i += 2 }
            else i++
            continue
        }
        if (depth > 0 && kinds[depth] == "string") {
            hashes = repeatHash(hashCount[depth])
            escape = "\\" hashes
            close_ = (isMulti[depth] ? "\"\"\"" : "\"") hashes
            if (substr($0, i, length(escape)) == escape) {
                i += length(escape)
                if (substr($0, i, 1) == "(") { out = out "("; push("code", 0, 0); i++ }
                else i++
            } else if (substr($0, i, length(close_)) == close_) {
                out = out "\""; depth--; i += length(close_)
            } else i++
            continue
        }
        if (two == "//") break
        if (two == "/*") { comment = 1; i += 2; continue }
        if (c == "\"" || c == "#") {
            j = i
            while (substr($0, j, 1) == "#") j++
            if (substr($0, j, 1) == "\"") {
                multi = (substr($0, j, 3) == "\"\"\"")
                push("string", j - i, multi)
                out = out "\""
                i = j + (multi ? 3 : 1)
                continue
            }
        }
        if (depth > 0 && kinds[depth] == "code") {
            if (c == "(") parens[depth]++
            else if (c == ")") {
                if (parens[depth] == 0) { out = out ")"; depth--; i++; continue }
                parens[depth]--
            }
        }
        out = out c
        i++
    }
    # A one-line string cannot run on: whatever confused the scan ends here.
    while (depth > 0 && kinds[depth] == "string" && !isMulti[depth]) depth--
    raw = $0
    gsub(/\t/, " ", out); gsub(/\t/, " ", raw)
    print FILENAME "\t" FNR "\t" out "\t" raw
}
