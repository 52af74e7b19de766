/* SPDX-License-Identifier: Apache-2.0 */
#include "template.h"

#include <lauxlib.h>
#include <lualib.h>

#include <string.h>

/* Stands for the template in Lua's messages and is replaced in them: Lua would cut long names short. */
#define CHUNK_NAME "\1"

/* ---- translation ---- */

static void put_quoted(struct gen_buffer *b, const char *s, size_t n)
{
    gen_buffer_puts(b, "\"");
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c == '"' || c == '\\')
            gen_buffer_printf(b, "\\%c", c);
        else if (c < 32 || c == 127)
            gen_buffer_printf(b, "\\%03u", c);
        else
            gen_buffer_append(b, s + i, 1);
    }
    gen_buffer_puts(b, "\"");
}

/* Length of the expression that starts after "$(", without its ")"; n if the line ends first. */
static size_t expression_length(const char *s, size_t n)
{
    unsigned depth = 1;
    char quote = 0;
    for (size_t i = 0; i < n; i++) {
        if (quote) {
            if (s[i] == '\\')
                i++;
            else if (s[i] == quote)
                quote = 0;
        } else if (s[i] == '"' || s[i] == '\'') {
            quote = s[i];
        } else if (s[i] == '(') {
            depth++;
        } else if (s[i] == ')' && --depth == 0) {
            return i;
        }
    }
    return n;
}

/* A line of text: emit("text", value((expr), "expr"), "text\n"). Returns 0 if a $( is not closed. */
static int put_text_line(struct gen_buffer *b, const char *s, size_t n)
{
    gen_buffer_puts(b, "_emit(");
    size_t start = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        if (s[i] != '$' || s[i + 1] != '(')
            continue;
        size_t from = i + 2, length = expression_length(s + from, n - from);
        if (from + length == n)
            return 0;
        put_quoted(b, s + start, i - start);
        gen_buffer_puts(b, ",_value((");
        gen_buffer_append(b, s + from, length);
        gen_buffer_puts(b, "),");
        put_quoted(b, s + from, length);
        gen_buffer_puts(b, "),");
        i = from + length;
        start = i + 1;
    }
    put_quoted(b, s + start, n - start);
    gen_buffer_puts(b, ",\"\\n\")\n");
    return 1;
}

enum sofa_status gen_template_translate(struct gen_buffer *chunk, const char *name, const char *text, size_t length,
                                        struct sofa_error *e)
{
    unsigned line = 1;
    for (size_t at = 0; at < length; line++) {
        const char *s = text + at, *newline = memchr(s, '\n', length - at);
        size_t n = newline ? (size_t)(newline - s) : length - at;
        at += n + 1;
        if (n && s[n - 1] == '\r')
            n--;
        size_t blanks = 0;
        while (blanks < n && (s[blanks] == ' ' || s[blanks] == '\t'))
            blanks++;
        if (n - blanks >= 3 && memcmp(s + blanks, "//%", 3) == 0) {
            gen_buffer_append(chunk, s + blanks + 3, n - blanks - 3);
            gen_buffer_puts(chunk, "\n");
        } else if (!put_text_line(chunk, s, n)) {
            return sofa_fail(e, SOFA_BAD_INPUT, "%s:%u: $( without its )", name, line);
        }
    }
    return chunk->failed ? sofa_fail(e, SOFA_BAD_INPUT, "%s: out of memory", name) : SOFA_OK;
}

/* ---- environment ---- */

static int strict_index(lua_State *L)
{
    return luaL_error(L, "%s has no '%s'", lua_tostring(L, lua_upvalueindex(1)), luaL_tolstring(L, 2, NULL));
}

void gen_template_strict(lua_State *L, const char *what)
{
    lua_createtable(L, 0, 2);
    lua_pushstring(L, what);
    lua_pushcclosure(L, strict_index, 1);
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
}

/* Copies the named fields of the table on top of the stack into a new one, which replaces it. */
static void keep_fields(lua_State *L, const char *const *names)
{
    lua_newtable(L);
    for (; *names; names++) {
        lua_getfield(L, -2, *names);
        lua_setfield(L, -2, *names);
    }
    lua_remove(L, -2);
}

static void push_library(lua_State *L, lua_CFunction open, const char *name, const char *const *fields)
{
    luaL_requiref(L, name, open, 0);
    keep_fields(L, fields);
}

void gen_template_push_environment(lua_State *L)
{
    static const char *const base[] = {"assert", "error", "ipairs",   "next", "select",
                                       "tonumber", "tostring", "type", NULL};
    static const char *const string[] = {"byte", "char", "find", "format", "gmatch", "gsub", "len", "lower",
                                         "match", "rep", "reverse", "sub", "upper", NULL};
    static const char *const table[] = {"concat", "insert", "move", "pack", "remove", "sort", "unpack", NULL};
    static const char *const math[] = {"abs", "ceil", "floor", "fmod", "huge", "log", "max", "maxinteger", "min",
                                       "mininteger", "modf", "pi", "sqrt", "tointeger", "type", "ult", NULL};
    push_library(L, luaopen_base, LUA_GNAME, base);
    push_library(L, luaopen_table, LUA_TABLIBNAME, table);
    lua_setfield(L, -2, LUA_TABLIBNAME);
    push_library(L, luaopen_string, LUA_STRLIBNAME, string);
    lua_setfield(L, -2, LUA_STRLIBNAME);
    push_library(L, luaopen_math, LUA_MATHLIBNAME, math);
    lua_setfield(L, -2, LUA_MATHLIBNAME);
}

/* ---- rendering ---- */

static int emit(lua_State *L)
{
    struct gen_buffer *out = lua_touserdata(L, lua_upvalueindex(1));
    int count = lua_gettop(L);
    for (int i = 1; i <= count; i++) {
        size_t n;
        const char *s = luaL_checklstring(L, i, &n);
        if (i == count) /* the newline */
            while (out->length && (out->data[out->length - 1] == ' ' || out->data[out->length - 1] == '\t'))
                out->data[--out->length] = '\0';
        gen_buffer_append(out, s, n);
    }
    return out->failed ? luaL_error(L, "out of memory") : 0;
}

static int value(lua_State *L)
{
    int isint = 0;
    lua_Integer n;
    switch (lua_type(L, 1)) {
    case LUA_TSTRING:
        lua_settop(L, 1);
        return 1;
    case LUA_TBOOLEAN:
        lua_pushstring(L, lua_toboolean(L, 1) ? "1" : "0");
        return 1;
    case LUA_TNUMBER:
        n = lua_tointegerx(L, 1, &isint);
        if (isint) {
            lua_pushfstring(L, "%I", n);
            return 1;
        }
        return luaL_error(L, "$(%s) is %f, not an integer", lua_tostring(L, 2), lua_tonumber(L, 1));
    case LUA_TNIL:
        return luaL_error(L, "$(%s) has no value", lua_tostring(L, 2));
    default:
        return luaL_error(L, "$(%s) is a %s, not a value", lua_tostring(L, 2), luaL_typename(L, 1));
    }
}

/* The message on top of the stack, with the template's name for Lua's stand-in, on one line. */
static void tell(lua_State *L, const char *name, struct sofa_error *e)
{
    struct gen_buffer b = {0};
    const char *s = lua_tostring(L, -1);
    if (!s)
        s = "error without a message";
    if (!strstr(s, CHUNK_NAME))
        gen_buffer_printf(&b, "%s: ", name);
    for (; *s; s++) {
        if (*s == CHUNK_NAME[0])
            gen_buffer_puts(&b, name);
        else
            gen_buffer_append(&b, *s == '\n' ? " " : s, 1);
    }
    sofa_fail(e, SOFA_BAD_INPUT, "%s", b.failed ? "out of memory" : b.data);
    gen_buffer_free(&b);
}

struct job {
    const struct gen_buffer *chunk;
    struct gen_buffer *out;
};

/* Stack: job, environment. */
static int run(lua_State *L)
{
    struct job *job = lua_touserdata(L, 1);
    if (luaL_loadbufferx(L, job->chunk->data, job->chunk->length, "=" CHUNK_NAME, "t") != LUA_OK)
        return lua_error(L);
    lua_newtable(L); /* the template's own names; the rest is found in the environment */
    lua_pushlightuserdata(L, job->out);
    lua_pushcclosure(L, emit, 1);
    lua_setfield(L, -2, "_emit");
    lua_pushcfunction(L, value);
    lua_setfield(L, -2, "_value");
    lua_createtable(L, 0, 1);
    lua_pushvalue(L, 2);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    lua_setupvalue(L, -2, 1);
    lua_call(L, 0, 0);
    return 0;
}

enum sofa_status gen_template_render(lua_State *L, const char *name, const char *text, size_t length,
                                     struct gen_buffer *out, struct sofa_error *e)
{
    struct gen_buffer chunk = {0};
    enum sofa_status status = gen_template_translate(&chunk, name, text, length, e);
    if (status == SOFA_OK && chunk.length) {
        struct job job = {.chunk = &chunk, .out = out};
        lua_pushcfunction(L, run);
        lua_pushlightuserdata(L, &job);
        lua_pushvalue(L, -3);
        if (lua_pcall(L, 2, 0, 0) != LUA_OK) {
            tell(L, name, e);
            status = SOFA_BAD_INPUT;
            lua_pop(L, 1);
        }
    }
    lua_pop(L, 1);
    gen_buffer_free(&chunk);
    return status;
}
