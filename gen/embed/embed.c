/* SPDX-License-Identifier: Apache-2.0 */
/* Host tool of the build: embed OUT.c TEMPLATE... writes the templates as C strings, sorted by name. A template's name is the
 * last two parts of its path: "predict/sofa_column.v". */
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

static int embed(FILE *out, char **path, int count)
{
    fputs("/* Written by gen/embed/embed.c. */\n#include \"gen/library.h\"\n\n", out);
    fputs("const struct gen_template gen_embedded_templates[] = {\n", out);
    for (int i = 0; i < count; i++) {
        FILE *in = fopen(path[i], "rb");
        if (!in) {
            perror(path[i]);
            return 0;
        }
        fprintf(out, "    {\"%s\", \"\"", short_name(path[i]));
        put_text(out, in);
        fputs("},\n", out);
        int failed = ferror(in);
        fclose(in);
        if (failed) {
            fprintf(stderr, "%s: cannot be read\n", path[i]);
            return 0;
        }
    }
    fprintf(out, "    {0, 0},\n};\nconst unsigned gen_embedded_count = %d;\n", count);
    return 1;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: embed OUT.c TEMPLATE...\n");
        return 2;
    }
    qsort(argv + 2, (size_t)(argc - 2), sizeof argv[0], by_name);
    FILE *out = fopen(argv[1], "wb");
    if (!out) {
        perror(argv[1]);
        return 2;
    }
    int ok = embed(out, argv + 2, argc - 2);
    if (ferror(out) | fclose(out)) {
        fprintf(stderr, "%s: cannot be written\n", argv[1]);
        ok = 0;
    }
    return ok ? 0 : 2;
}
