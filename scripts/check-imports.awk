# Reads `FILE<tab>LINE<tab>CODE<tab>RAW` (strip-swift.awk), prints `FILE:LINE: what is wrong`, exits 1 if anything is.
# The environment variable IMPORT_TABLE holds the rows of check-imports.sh.

function trim(s) { gsub(/^[ \t]+|[ \t]+$/, "", s); return s }

function report(what) { print $1 ":" $2 ": " what; bad++ }

BEGIN {
    rows = split(ENVIRON["IMPORT_TABLE"], lines, "\n")
    for (r = 1; r <= rows; r++) {
        if (split(lines[r], cell, "|") < 3) continue
        name = trim(cell[1])
        ours[name] = 1
        folders[name] = trim(cell[2]) "/"
        k = split(trim(cell[3]), words, / +/)
        for (w = 1; w <= k; w++) allowed[name, words[w]] = 1
        k = split(trim(cell[4]), words, / +/)
        for (w = 1; w <= k; w++) {
            if (words[w] == "any") anyOther[name] = 1
            else allowed[name, words[w]] = 1
        }
    }
    k = split("Swift Synchronization Glibc Musl Darwin", words, " ")
    for (w = 1; w <= k; w++) standard[words[w]] = 1
    integer = "(^|[^A-Za-z0-9_.])U?Int(8|16|32|64|128)?"
}

$1 != file {
    if (pending != "") { print pending; bad++; pending = "" }
    file = $1; target = ""; invariant = 0;
    for (name in folders) if (index(file, folders[name]) == 1) target = name
    if (target == "") report("this folder belongs to no target of the table")
}

# Imports: every statement of the line.
{
    count = split($3, statements, ";")
    for (s = 1; s <= count; s++) {
        statement = trim(statements[s])
        while (match(statement, /^@[A-Za-z_]+(\([^)]*\))?[ ]*/)) statement = substr(statement, RLENGTH + 1)
        sub(/^(public|package|internal|fileprivate|private)[ ]+/, "", statement)
        if (statement !~ /^import[ ]/) continue
        sub(/^import[ ]+/, "", statement)
        sub(/^(struct|class|enum|protocol|func|var|let|typealias|actor|macro)[ ]+/, "", statement)
        gsub(/`/, "", statement)
        sub(/[^A-Za-z0-9_].*$/, "", statement)
        module = statement
        if (target == "" || module == target || (module in standard) || (target, module) in allowed) continue
        if (module ~ /^Foundation/ && module != "FoundationEssentials") {
            report(module " is not used in Sources: FoundationEssentials, where the table admits it")
        } else if ((module in ours) || !(target in anyOther)) {
            report(target " may not import " module)
        }
    }
}

# Constructs that end the process on foreign input.
$3 ~ /(^|[^A-Za-z0-9_])try!/ { report("try! ends the process: catch the error") }
$3 ~ /(^|[^A-Za-z0-9_])as!/ { report("as! ends the process: use as?") }
$3 ~ /(^|[^A-Za-z0-9_])fatalError[ ]*\(/ { report("fatalError( ends the process: throw, or precondition with a message") }
$3 ~ /uniqueKeysWithValues/ { report("uniqueKeysWithValues ends the process on a repeat: use uniquingKeysWith") }
$3 ~ (integer "\\((Double|Float)\\(") || ($3 ~ (integer "\\([^:]*\\.rounded\\(") && $3 !~ (integer "\\((exactly|clamping|truncatingIfNeeded):")) {
    report("Int of a floating-point value ends the process beyond the range: use Int(exactly:)")
}

# Promises the compiler cannot check. The invariant that makes them safe is stated in the comment block directly above
# (attributes may stand between; a documentation comment must hold the word) or in a comment opening the body just below.
{
    raw = trim($4)
    if (pending != "") {
        if (raw !~ /^\/\// || tolower(raw) !~ /invariant/) { print pending; bad++ }
        pending = ""
    }
    if ($3 ~ /nonisolated\(unsafe\)|@unchecked[ ]+Sendable/ && !invariant) {
        pending = $1 ":" $2 ": no comment directly above states the invariant that makes this safe"
    }
    if (raw ~ /^\/\//) {
        if (raw !~ /^\/\/\// || tolower(raw) ~ /invariant/) invariant = 1
    } else if (raw !~ /^@[A-Za-z_]+(\(.*\))?$/) {
        invariant = 0
    }
}

END {
    if (pending != "") { print pending; bad++ }
    exit bad > 0
}
