/* SPDX-License-Identifier: Apache-2.0 */
#include "connect.h"

#include "ports.h"
#include "token.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECTIONS_MAX 256u
#define WIRES_MAX 1024u

struct connection {
    char port[GEN_TOKEN_ROOM];
    const char *value; /* without its brackets */
    size_t length;
};

/* sofa_NAME #(...) u_name (.a(b), .*); */
struct instance {
    char module[GEN_TOKEN_ROOM], name[GEN_TOKEN_ROOM];
    size_t head; /* up to the bracket of the list, included */
    struct connection connection[CONNECTIONS_MAX];
    unsigned count;
    const char *end; /* after its semicolon */
};

struct wire {
    char name[GEN_TOKEN_ROOM], driver[GEN_TOKEN_ROOM];
    unsigned bits;
};

struct work {
    const char *name; /* of the module */
    const char *text;
    const struct gen_modules *modules;
    struct gen_buffer *out;
    struct instance instance;
    struct gen_buffer declared; /* " clk rst i_rows " */
    struct wire wire[WIRES_MAX];
    unsigned wires;
    struct sofa_error *e;
};

/* ---- reading ---- */

/* After the bracket that closes the one before s; NULL: it is not closed. */
static const char *skip_brackets(const char *s)
{
    for (int depth = 1; *s; s++) {
        depth += *s == '(';
        depth -= *s == ')';
        if (depth == 0)
            return s + 1;
    }
    return NULL;
}

/* After "sofa_NAME #(...) u_name ("; NULL: s does not begin so. */
static const char *read_head(struct instance *i, const char *s)
{
    char word[GEN_TOKEN_ROOM];
    s += strspn(s, " ");
    if (strncmp(s, "sofa_", 5) != 0)
        return NULL;
    s = gen_token(s, i->module);
    s = gen_token(s, i->name);
    if (i->name[0] == '#') {
        s = gen_token(s, word);
        s = word[0] == '(' ? skip_brackets(s) : NULL;
        if (!s)
            return NULL;
        s = gen_token(s, i->name);
    }
    if (!gen_token_is_word(i->name))
        return NULL;
    s = gen_token(s, word);
    return word[0] == '(' ? s : NULL;
}

/* An instance that begins in the line `s` and ends with ".*);". */
static int read_instance(struct instance *i, const char *s)
{
    char word[GEN_TOKEN_ROOM];
    const char *start = s;
    i->count = 0;
    s = read_head(i, s);
    if (!s)
        return 0;
    i->head = (size_t)(s - start);
    while (i->count < CONNECTIONS_MAX) {
        s = gen_token(s, word);
        if (word[0] != '.')
            return 0;
        struct connection *c = &i->connection[i->count++];
        s = gen_token(s, c->port);
        s = gen_token(s, word);
        if (c->port[0] == '*') {
            i->count--;
            i->end = s + strspn(s, " ") + 1;
            return word[0] == ')' && i->end[-1] == ';';
        }
        const char *end = word[0] == '(' ? skip_brackets(s) : NULL;
        if (!end)
            return 0;
        c->value = s;
        c->length = (size_t)(end - 1 - s);
        s = gen_token(end, word);
        if (word[0] != ',')
            return 0;
    }
    return 0;
}

static const char *next_line(const char *s)
{
    s += strcspn(s, "\n");
    return *s ? s + 1 : s;
}

/* ---- what is declared ---- */

/* Lists the names that the text declares after wire, reg, integer or a direction, each between blanks. */
static void find_declared(struct gen_buffer *names, const char *text)
{
    static const char *const kinds[] = {"wire", "reg", "integer", "input", "output", "inout", "signed"};
    char word[GEN_TOKEN_ROOM];
    int list = 0, depth = 0, value = 0;
    gen_buffer_puts(names, " ");
    for (text = gen_token(text, word); word[0]; text = gen_token(text, word)) {
        int kind = 0;
        for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
            kind |= strcmp(word, kinds[i]) == 0;
        if (kind) {
            list = 1;
            depth = value = 0;
            continue;
        }
        depth += word[0] == '[' || word[0] == '(' || word[0] == '{';
        depth -= word[0] == ']' || word[0] == ')' || word[0] == '}';
        if (word[0] == ';' || depth < 0)
            list = 0;
        if (depth == 0 && (word[0] == ',' || word[0] == '='))
            value = word[0] == '=';
        if (list && depth == 0 && !value && gen_token_is_word(word))
            gen_buffer_printf(names, "%s ", word);
    }
}

static int is_declared(const struct work *w, const char *name)
{
    char word[GEN_TOKEN_ROOM + 2];
    snprintf(word, sizeof word, " %.*s ", (int)GEN_TOKEN_ROOM - 1, name);
    return w->declared.data && strstr(w->declared.data, word) != NULL;
}

/* ---- ports ---- */

/* The value that a port is connected to. */
static struct connection find_connection(const struct work *w, const char *port)
{
    const struct instance *i = &w->instance;
    struct connection c = {.value = port};
    for (unsigned k = 0; k < i->count; k++)
        if (strcmp(i->connection[k].port, port) == 0)
            return i->connection[k];
    if ((strncmp(port, "i_", 2) == 0 || strncmp(port, "o_", 2) == 0) && !is_declared(w, port))
        c.value += 2;
    c.length = strlen(c.value);
    return c;
}

/* The ports of an instance's module: none if the configuration does not have it. The caller frees *ports. */
static enum sofa_status read_ports(struct work *w, struct gen_port **ports, unsigned *count, int *present)
{
    int known = 0;
    const char *text = w->modules->text(w->modules->context, w->instance.module, &known);
    *ports = NULL;
    *count = 0;
    *present = text != NULL;
    if (text)
        return gen_ports_read(ports, count, text, w->instance.module, w->e);
    return known ? SOFA_OK : sofa_fail(w->e, SOFA_BAD_INPUT, "%s: there is no module %s", w->name, w->instance.module);
}

static void put_instance(struct work *w, const char *line, const struct gen_port *ports, unsigned count)
{
    gen_buffer_append(w->out, line, w->instance.head);
    for (unsigned i = 0; i < count; i++) {
        struct connection c = find_connection(w, ports[i].name);
        gen_buffer_printf(w->out, "%s.%s(%.*s)", i ? ", " : "", ports[i].name, (int)c.length, c.value);
    }
    gen_buffer_puts(w->out, ");");
}

/* ---- wires ---- */

static int is_name(const struct connection *c)
{
    size_t n = 0;
    while (n < c->length && (isalnum((unsigned char)c->value[n]) || c->value[n] == '_'))
        n++;
    return n > 0 && n == c->length && n < GEN_TOKEN_ROOM && !isdigit((unsigned char)c->value[0]);
}

static enum sofa_status add_wire(struct work *w, const struct connection *c, unsigned bits)
{
    struct wire *wire = &w->wire[w->wires];
    if (w->wires == WIRES_MAX)
        return sofa_fail(w->e, SOFA_BAD_INPUT, "%s: more than %u wires", w->name, WIRES_MAX);
    memcpy(wire->name, c->value, c->length);
    wire->name[c->length] = '\0';
    strcpy(wire->driver, w->instance.name);
    wire->bits = bits;
    for (unsigned i = 0; i < w->wires; i++)
        if (strcmp(w->wire[i].name, wire->name) == 0)
            return sofa_fail(w->e, SOFA_BAD_INPUT, "%s: %s and %s drive %s", w->name, w->wire[i].driver, wire->driver, wire->name);
    w->wires += !is_declared(w, wire->name);
    return SOFA_OK;
}

static enum sofa_status find_wires(struct work *w)
{
    for (const char *s = w->text; *s; s = next_line(s)) {
        struct gen_port *ports;
        unsigned count;
        int present;
        if (!read_instance(&w->instance, s))
            continue;
        enum sofa_status status = read_ports(w, &ports, &count, &present);
        for (unsigned i = 0; status == SOFA_OK && i < count; i++) {
            struct connection c = find_connection(w, ports[i].name);
            if (strcmp(ports[i].direction, "output") == 0 && is_name(&c))
                status = add_wire(w, &c, ports[i].bits);
        }
        free(ports);
        if (status != SOFA_OK)
            return status;
    }
    return SOFA_OK;
}

static void put_wires(struct work *w)
{
    for (unsigned i = 0; i < w->wires; i++) {
        const struct wire *wire = &w->wire[i];
        int driver = i == 0 || strcmp(wire->driver, wire[-1].driver) != 0;
        if (driver)
            gen_buffer_printf(w->out, "%s    // %s\n", i ? ";\n" : "", wire->driver);
        if (!driver && wire->bits == wire[-1].bits)
            gen_buffer_printf(w->out, ", %s", wire->name);
        else if (wire->bits > 1)
            gen_buffer_printf(w->out, "%s    wire [%u:0] %s", driver ? "" : ";\n", wire->bits - 1, wire->name);
        else
            gen_buffer_printf(w->out, "%s    wire %s", driver ? "" : ";\n", wire->name);
    }
    gen_buffer_puts(w->out, w->wires ? ";\n" : "");
}

/* ---- all ---- */

static int is_wires(const char *line)
{
    static const char words[] = "wire .*;";
    line += strspn(line, " ");
    return strncmp(line, words, sizeof words - 1) == 0;
}

/* The line has ".*" before its comment. */
static int has_star(const char *line)
{
    for (size_t n = strcspn(line, "\n"); n > 1 && strncmp(line, "//", 2) != 0; line++, n--)
        if (strncmp(line, ".*", 2) == 0)
            return 1;
    return 0;
}

static enum sofa_status put_all(struct work *w)
{
    for (const char *s = w->text, *next; *s; s = next) {
        struct gen_port *ports;
        unsigned count;
        int present;
        next = next_line(s);
        if (is_wires(s)) {
            put_wires(w);
        } else if (read_instance(&w->instance, s)) {
            enum sofa_status status = read_ports(w, &ports, &count, &present);
            if (status == SOFA_OK && present)
                put_instance(w, s, ports, count);
            free(ports);
            if (status != SOFA_OK)
                return status;
            next = present || *w->instance.end != '\n' ? w->instance.end : w->instance.end + 1;
        } else if (has_star(s)) {
            return sofa_fail(w->e, SOFA_BAD_INPUT, "%s: cannot read \"%.*s\": .* stands last in an instance of a sofa_ module", w->name,
                             (int)strcspn(s, "\n"), s);
        } else {
            gen_buffer_append(w->out, s, (size_t)(next - s));
        }
    }
    return w->out->failed ? sofa_fail(w->e, SOFA_BAD_INPUT, "%s: out of memory", w->name) : SOFA_OK;
}

enum sofa_status gen_connect(struct gen_buffer *out, const char *name, const char *text, const struct gen_modules *modules,
                             struct sofa_error *e)
{
    struct work *w = calloc(1, sizeof *w);
    if (!w)
        return sofa_fail(e, SOFA_BAD_INPUT, "%s: out of memory", name);
    w->name = name;
    w->text = text;
    w->modules = modules;
    w->out = out;
    w->e = e;
    find_declared(&w->declared, text);
    if (w->declared.failed)
        out->failed = 1;
    enum sofa_status status = find_wires(w);
    if (status == SOFA_OK)
        status = put_all(w);
    gen_buffer_free(&w->declared);
    free(w);
    return status;
}
