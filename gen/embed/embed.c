/* SPDX-License-Identifier: Apache-2.0 */
/* Host tool of the build: embed OUT.c FILE... writes templates (.v) and their functions (.lua) as C strings, sorted by name. A file's
 * name is the last two parts of its path: "predict/sofa_column.v". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *short_name(const char *path)
{
    const char *name = path;
    unsigned slashes = 0;
    for (const char *s = path + strlen(path); s > path && slashes < 2; s--)
        if (s[-1] == '/' && ++slashes == 2)
            name = s;
    return name;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(short_name(*(char *const *)a), short_name(*(char *const *)b));
}

/* A string literal a line: compilers need not take longer ones than 4095 characters, but all known ones join them. */
static void put_text(FILE *out, FILE *in)
{
    int c, open = 0;
    while ((c = getc(in)) != EOF) {
        if (!open)
            fputs("\n        \"", out);
        open = 1;
        if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else if (c == '\n')
            fputs("\\n\"", out);
        else if (c < 32 || c > 126 || c == '?') /* ? could begin a trigraph */
            fprintf(out, "\\%03o", (unsigned)c);
        else
            putc(c, out);
        if (c == '\n')
            open = 0;
    }
    fputs(open ? "\"" : "", out);
}

static int put_file(FILE *out, const char *path)
{
    FILE *in = fopen(path, "rb");
    if (!in) {
        perror(path);
        return 0;
    }
    fprintf(out, "    {\"%s\", \"\"", short_name(path));
    put_text(out, in);
    fputs("},\n", out);
    int failed = ferror(in);
    fclose(in);
    if (failed)
        fprintf(stderr, "%s: cannot be read\n", path);
    return !failed;
}

static int ends_with(const char *path, const char *extension)
{
    size_t n = strlen(path), length = strlen(extension);
    return n >= length && strcmp(path + n - length, extension) == 0;
}

/* The files with an extension as a table, and how many. */
static int embed(FILE *out, char **path, int count, const char *extension, const char *table, const char *number)
{
    int found = 0;
    fprintf(out, "const struct gen_template %s[] = {\n", table);
    for (int i = 0; i < count; i++) {
        if (!ends_with(path[i], extension))
            continue;
        if (!put_file(out, path[i]))
            return 0;
        found++;
    }
    fprintf(out, "    {0, 0},\n};\nconst unsigned %s = %d;\n", number, found);
    return 1;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: embed OUT.c FILE...\n");
        return 2;
    }
    qsort(argv + 2, (size_t)(argc - 2), sizeof argv[0], by_name);
    FILE *out = fopen(argv[1], "wb");
    if (!out) {
        perror(argv[1]);
        return 2;
    }
    fputs("/* Written by gen/embed/embed.c. */\n#include \"gen/library.h\"\n\n", out);
    int ok = embed(out, argv + 2, argc - 2, ".v", "gen_embedded_templates", "gen_embedded_count") &&
             embed(out, argv + 2, argc - 2, ".lua", "gen_embedded_functions", "gen_embedded_function_count");
    if (ferror(out) | fclose(out)) {
        fprintf(stderr, "%s: cannot be written\n", argv[1]);
        ok = 0;
    }
    return ok ? 0 : 2;
}
