/* SPDX-License-Identifier: Apache-2.0 */
#include "layout.h"

#include <ctype.h>
#include <string.h>

#define INDENT 4u
#define FULL_LINE 60u /* a line is not broken before this column if there is another way */

/* ---- lines ---- */

static size_t blanks(const char *s, size_t n)
{
    size_t i = 0;
    while (i < n && s[i] == ' ')
        i++;
    return i;
}

static void put_blanks(struct gen_buffer *out, size_t n)
{
    gen_buffer_printf(out, "%*s", (int)n, "");
}

/* Where the comment of a line starts; n if there is none. */
static size_t find_comment(const char *s, size_t n)
{
    int quoted = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        if (s[i] == '"' && (i == 0 || s[i - 1] != '\\'))
            quoted = !quoted;
        if (!quoted && s[i] == '/' && s[i + 1] == '/')
            return i;
    }
    return n;
}

static void put_comment(struct gen_buffer *out, size_t indent, const char *s, size_t n)
{
    while (n > 0) {
        size_t room = GEN_COLUMNS - indent - 3, cut = n;
        if (n > room) {
            for (cut = room; cut > 0 && s[cut] != ' '; cut--)
                ;
            if (cut == 0)
                cut = strcspn(s, " ") < n ? strcspn(s, " ") : n;
        }
        put_blanks(out, indent);
        gen_buffer_puts(out, "// ");
        gen_buffer_append(out, s, cut);
        gen_buffer_puts(out, "\n");
        while (cut < n && s[cut] == ' ')
            cut++;
        s += cut;
        n -= cut;
    }
}

/* The best place to break s[0..n-1] so that at most `room` characters stay: after a blank or a comma, in as few brackets as can be, as
 * far right as can be. 0 if there is none. */
static size_t find_break(const char *s, size_t n, size_t room)
{
    size_t best = 0;
    int depth = 0, quoted = 0, best_depth = 0;
    for (size_t i = 0; i < n && i <= room; i++) {
        if (s[i] == '"' && (i == 0 || s[i - 1] != '\\'))
            quoted = !quoted;
        if (quoted)
            continue;
        depth += strchr("([{", s[i]) != NULL;
        depth -= strchr(")]}", s[i]) != NULL;
        int end = s[i] == ' ' || (s[i] == ',' && i + 1 < n && s[i + 1] != ' ' && i < room);
        if (!end || i < FULL_LINE / 2)
            continue;
        if (best == 0 || depth <= best_depth || best < FULL_LINE) {
            best = i + 1;
            best_depth = depth;
        }
    }
    return best;
}

static void put_code(struct gen_buffer *out, const char *s, size_t n)
{
    size_t first = blanks(s, n), indent = first;
    s += first;
    n -= first;
    while (n > 0) {
        size_t cut = indent + n <= GEN_COLUMNS ? n : find_break(s, n, GEN_COLUMNS - indent);
        if (cut == 0)
            cut = n;
        size_t end = cut;
        while (end > 0 && s[end - 1] == ' ')
            end--;
        put_blanks(out, indent);
        gen_buffer_append(out, s, end);
        gen_buffer_puts(out, "\n");
        s += cut;
        n -= cut;
        indent = first + INDENT;
    }
}

static void put_line(struct gen_buffer *out, const char *s, size_t n)
{
    if (n <= GEN_COLUMNS) {
        gen_buffer_append(out, s, n);
        gen_buffer_puts(out, "\n");
        return;
    }
    size_t comment = find_comment(s, n), indent = blanks(s, n), code = comment;
    while (code > 0 && s[code - 1] == ' ')
        code--;
    if (comment < n) {
        size_t text = comment + 2 + blanks(s + comment + 2, n - comment - 2);
        put_comment(out, indent, s + text, n - text);
    }
    if (code > indent)
        put_code(out, s, code);
}

static void put_lines(struct gen_buffer *out, const char *text, size_t n)
{
    while (n > 0) {
        const char *newline = memchr(text, '\n', n);
        size_t length = newline ? (size_t)(newline - text) : n;
        put_line(out, text, length);
        text += length + (newline != NULL);
        n -= length + (newline != NULL);
    }
}

/* ---- instances ---- */

/* A connection: name "i_row", value "(row)" with its brackets. */
struct connection {
    const char *name, *value;
    size_t name_length, value_length;
};
#define CONNECTIONS 400u

struct instance {
    struct connection connection[CONNECTIONS];
    unsigned count;
    size_t longest;
};

/* Length of what stands in the brackets that s begins with, both included; 0: they are not closed. */
static size_t bracket_length(const char *s, size_t n)
{
    int depth = 0;
    for (size_t i = 0; i < n; i++) {
        depth += s[i] == '(';
        depth -= s[i] == ')';
        if (depth == 0)
            return i + 1;
    }
    return 0;
}

static size_t skip_space(const char *s, size_t at, size_t n)
{
    while (at < n && isspace((unsigned char)s[at]))
        at++;
    return at;
}

/* Reads ".a(b), .c(d)" up to the bracket that closes the list. Returns the length with ");" or 0 if it is anything else: comments too. */
static size_t read_connections(struct instance *inst, const char *s, size_t n)
{
    *inst = (struct instance){.count = 0};
    for (size_t at = skip_space(s, 0, n); at < n && s[at] == '.' && inst->count < CONNECTIONS;) {
        struct connection *c = &inst->connection[inst->count++];
        c->name = s + ++at;
        while (at < n && (isalnum((unsigned char)s[at]) || s[at] == '_'))
            at++;
        c->name_length = (size_t)(s + at - c->name);
        at = skip_space(s, at, n);
        c->value = s + at;
        c->value_length = bracket_length(s + at, n - at);
        if (c->value_length == 0 || memchr(c->value, '\n', c->value_length))
            return 0;
        if (c->name_length > inst->longest)
            inst->longest = c->name_length;
        at = skip_space(s, at + c->value_length, n);
        if (at + 1 < n && s[at] == ')' && s[at + 1] == ';')
            return at + 2;
        if (at == n || s[at] != ',')
            return 0;
        at = skip_space(s, at + 1, n);
    }
    return 0;
}

static void put_connections(struct gen_buffer *out, const struct instance *inst, size_t indent)
{
    struct gen_buffer line = {0};
    for (unsigned i = 0; i < inst->count; i++) {
        const struct connection *c = &inst->connection[i];
        line.length = 0;
        put_blanks(&line, indent + INDENT);
        gen_buffer_printf(&line, ".%.*s", (int)c->name_length, c->name);
        put_blanks(&line, inst->longest - c->name_length + 1);
        gen_buffer_append(&line, c->value, c->value_length);
        gen_buffer_puts(&line, i + 1 < inst->count ? "," : "");
        put_line(out, line.data ? line.data : "", line.length);
    }
    out->failed |= line.failed;
    gen_buffer_free(&line);
    put_blanks(out, indent);
    gen_buffer_puts(out, ");\n");
}

/* The bracket that opens the connections of an instance which starts in this line; NULL if none does. */
static const char *find_instance(const char *s, size_t n)
{
    size_t i = blanks(s, n);
    if (i == n || !islower((unsigned char)s[i]))
        return NULL;
    for (size_t at = i; at + 1 < n; at++)
        if (s[at] == '(' && s[at - 1] == ' ' && (s[at + 1] == '.' || s[at + 1] == '\n') && !memchr(s + i, '=', at - i))
            return s + at;
    return NULL;
}

void gen_layout(struct gen_buffer *out, const char *text)
{
    struct instance inst;
    while (*text) {
        size_t length = strcspn(text, "\n") + (strchr(text, '\n') != NULL);
        const char *open = find_instance(text, length);
        size_t list = open ? read_connections(&inst, open + 1, strlen(open + 1)) : 0;
        if (list == 0) {
            put_lines(out, text, length);
            text += length;
            continue;
        }
        put_lines(out, text, (size_t)(open + 1 - text));
        put_connections(out, &inst, blanks(text, length));
        text = open + 1 + list;
        text += *text == '\n';
    }
}
