# SPDX-License-Identifier: Apache-2.0
# icebox_vlog declares ports a second time as wires and registers. Read twice: the first time finds which are registers.
function ports(line,  n) { gsub(/^module [^(]*\(|\);.*$/, "", line); gsub(/(input|output) /, "", line); return line }
NR == FNR { if (/^module /) { n = split(ports($0), port, /, */); for (i = 1; i <= n; i++) { sub(/ +$/, "", port[i]); is[port[i]] = 1 } }
            if (/^reg /) { line = $0; sub(/^reg /, "", line); sub(/;.*/, "", line); m = split(line, item, /, */)
                for (i = 1; i <= m; i++) { name = item[i]; sub(/ *=.*/, "", name); sub(/ +$/, "", name); if (name in is) held[name] = 1 } }
            next }
/^module / { text = "module board_top ("; line = $0; gsub(/^module [^(]*\(|\);.*$/, "", line); n = split(line, item, /, */)
    for (i = 1; i <= n; i++) { way = item[i] ~ /^input/ ? "input" : "output"; name = item[i]; sub(/^(input|output) /, "", name); sub(/ +$/, "", name)
        text = text (i > 1 ? ", " : "") way (name in held ? " reg " : " ") name " " }
    print text ");"; next }
/^(wire|reg) [^=]*;$/ || /^reg / { kind = $1; line = $0; sub(/^(wire|reg) /, "", line); sub(/;.*/, "", line); m = split(line, item, /, */); text = ""
    for (i = 1; i <= m; i++) { name = item[i]; sub(/ *=.*/, "", name); sub(/ +$/, "", name); if (!(name in is)) text = text (text == "" ? "" : ", ") item[i] }
    if (text != "") print kind " " text ";"; next }
{ print }
