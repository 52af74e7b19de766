/* SPDX-License-Identifier: Apache-2.0 */
#include "verilog_names.h"

#include "verilog_words.h"

#include <ctype.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

enum kind { END, NAME, KEYWORD, NUMBER, SYMBOL };

struct token {
    enum kind kind;
    char text[96]; /* a longer name is cut */
    unsigned line;
};

struct scan {
    const char *at;
    struct token before, now, next;
    void *names;         /* of the module, by tsearch() */
    char **local;        /* of the function that is being read; NULL outside */
    unsigned locals;
    unsigned depth;      /* of brackets */
    int in_function;     /* its name comes, then its own names */
    int declares;        /* the next name at declare_depth is declared */
    unsigned declare_depth;
    int list;            /* a comma at declare_depth brings the next one */
    int instance;        /* 1: behind a module's name, an instance's name comes */
    unsigned faults;
    char *message;
};

static int compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

static int compare_words(const void *a, const void *b)
{
    return strcmp(a, *(const char *const *)b);
}

#define AMONG(list, word) (bsearch(word, list, COUNT(list), sizeof(list)[0], compare_words) != NULL)

/* ---- tokens ---- */

/* One that takes the rest of its line; what else begins with ` is a macro. */
static int directive(const char *at)
{
    static const char *const words[] = {"`default_nettype", "`define", "`else", "`endif", "`ifdef", "`ifndef", "`include",
                                        "`timescale"};
    for (unsigned i = 0; i < COUNT(words); i++)
        if (!strncmp(at, words[i], strlen(words[i])))
            return 1;
    return 0;
}

/* What stands under FORMAL is for provers, in words of SystemVerilog. */
static void skip_formal(struct scan *s)
{
    static const char begin[] = "`ifdef FORMAL";
    if (strncmp(s->at, begin, sizeof begin - 1) != 0)
        return;
    for (s->at += sizeof begin - 1; *s->at && strncmp(s->at, "`else", 5) != 0 && strncmp(s->at, "`endif", 6) != 0; s->at++)
        s->next.line += *s->at == '\n';
}

static void skip(struct scan *s)
{
    for (;;) {
        skip_formal(s);
        if (*s->at == '\n')
            s->next.line++;
        if (isspace((unsigned char)*s->at))
            s->at++;
        else if (!strncmp(s->at, "//", 2) || directive(s->at))
            s->at += strcspn(s->at, "\n");
        else if (!strncmp(s->at, "/*", 2) || (!strncmp(s->at, "(*", 2) && s->at[2] != ')')) { /* (* attribute *) */
            const char *end = strstr(s->at + 2, *s->at == '/' ? "*/" : "*)");
            for (end = end ? end + 2 : s->at + strlen(s->at); s->at < end; s->at++)
                s->next.line += *s->at == '\n';
        } else
            return;
    }
}

static int name_part(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$';
}

static size_t token_length(const char *at)
{
    size_t n = 1;
    if (*at == '"') {
        while (at[n] && at[n] != '"')
            n += at[n] == '\\' && at[n + 1] ? 2 : 1;
        return n + (at[n] == '"');
    }
    if (*at == '\\') /* an escaped name: nothing is known of it */
        return strcspn(at, " \t\r\n");
    if (!name_part(*at) && *at != '\'' && *at != '`')
        return 1;
    while (name_part(at[n]) || (at[n] == '\'' && isdigit((unsigned char)*at)))
        n++;
    return n;
}

static void advance(struct scan *s)
{
    s->before = s->now;
    s->now = s->next;
    skip(s);
    size_t n = *s->at ? token_length(s->at) : 0;
    char c = *s->at;
    snprintf(s->next.text, sizeof s->next.text, "%.*s", (int)n, s->at);
    s->at += n;
    if (n == 0)
        s->next.kind = END;
    else if (isalpha((unsigned char)c) || c == '_')
        s->next.kind = AMONG(verilog_words, s->next.text) ? KEYWORD : NAME;
    else
        s->next.kind = isdigit((unsigned char)c) || c == '\'' ? NUMBER : SYMBOL;
}

static int is(const struct token *t, const char *text)
{
    return strcmp(t->text, text) == 0;
}

/* ---- names ---- */

static void fault(struct scan *s, const char *what)
{
    if (s->faults++ == 0)
        snprintf(s->message, VERILOG_MESSAGE, "%u: %.90s %s", s->now.line, s->now.text, what);
}

static void *allocated(void *p)
{
    if (!p)
        abort();
    return p;
}

static void declare(struct scan *s)
{
    if (tfind(s->now.text, &s->names, compare))
        return; /* a port and its function's copy, or a second block of the same name */
    char *copy = allocated(strdup(s->now.text));
    allocated(tsearch(copy, &s->names, compare));
    if (s->in_function == 2) {
        s->local = allocated(realloc(s->local, (s->locals + 1) * sizeof *s->local));
        s->local[s->locals++] = copy;
    }
}

static void end_function(struct scan *s)
{
    for (unsigned i = 0; i < s->locals; i++) {
        tdelete(s->local[i], &s->names, compare);
        free(s->local[i]);
    }
    free(s->local);
    s->local = NULL;
    s->locals = 0;
    s->in_function = 0;
}

static void end_module(struct scan *s)
{
    end_function(s);
    while (s->names) {
        char *name = *(char **)s->names;
        tdelete(name, &s->names, compare);
        free(name);
    }
}

/* A module's name stands where a statement begins, before a name or #. */
static int begins_instance(const struct scan *s)
{
    static const char *const ends[] = {";", ")", "begin", "else", "end", "endfunction", "endtask", "generate", "endgenerate"};
    int begins = s->before.kind == NAME && s->depth == 0; /* begin : NAME */
    for (unsigned i = 0; i < COUNT(ends); i++)
        begins |= is(&s->before, ends[i]);
    return begins && (s->next.kind == NAME || is(&s->next, "#"));
}

static void take_name(struct scan *s)
{
    if (AMONG(system_verilog_words, s->now.text))
        fault(s, "is a keyword of SystemVerilog");
    else if (AMONG(ams_words, s->now.text))
        fault(s, "is a keyword of Verilog-AMS");
    if (is(&s->before, ".") || is(&s->before, "module"))
        return;
    if (s->declares && s->depth == s->declare_depth) {
        declare(s);
        s->declares = 0;
        s->in_function = s->in_function == 1 ? 2 : s->in_function;
    } else if (s->instance && s->depth == 0) {
        declare(s);
        s->instance = 0;
    } else if (begins_instance(s))
        s->instance = 1;
    else if (!tfind(s->now.text, &s->names, compare))
        fault(s, "is used before it is declared");
}

static void take_keyword(struct scan *s)
{
    static const char *const declarators[] = {"function", "genvar", "inout", "input", "integer", "localparam", "output",
                                              "parameter", "real", "reg", "supply0", "supply1", "task", "time", "wire"};
    if (AMONG(declarators, s->now.text)) {
        s->declares = s->list = 1;
        s->declare_depth = s->depth;
    }
    if (is(&s->now, "function") || is(&s->now, "task"))
        s->in_function = 1;
    else if (is(&s->now, "endfunction") || is(&s->now, "endtask"))
        end_function(s);
    else if (is(&s->now, "endmodule"))
        end_module(s);
}

static void take_symbol(struct scan *s)
{
    char c = s->now.text[0];
    if (c == ':' && is(&s->before, "begin")) {
        s->declares = 1;
        s->list = 0;
        s->declare_depth = s->depth;
    } else if (c == '(' || c == '[' || c == '{')
        s->depth++;
    else if ((c == ')' || c == ']' || c == '}') && s->depth > 0)
        s->depth--;
    else if (c == ',' && s->list && s->depth == s->declare_depth)
        s->declares = 1;
    else if (c == ';')
        s->declares = s->list = 0;
    if (s->depth < s->declare_depth) /* the end of a list of ports */
        s->declares = s->list = 0;
}

unsigned verilog_names(const char *text, char message[VERILOG_MESSAGE])
{
    struct scan s = {.at = text, .message = message, .next = {.line = 1}};
    message[0] = '\0';
    advance(&s);
    do {
        advance(&s);
        if (s.now.kind == NAME)
            take_name(&s);
        else if (s.now.kind == KEYWORD)
            take_keyword(&s);
        else if (s.now.kind == SYMBOL)
            take_symbol(&s);
    } while (s.now.kind != END);
    end_module(&s);
    return s.faults;
}
