/* SPDX-License-Identifier: Apache-2.0 */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>

/* What a user's text brings along must not break the line, nor move a terminal's cursor. */
static void put_on_one_line(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7F)
            *text = '?';
}

enum sofa_status sofa_fail(struct sofa_error *e, enum sofa_status status, const char *format, ...)
{
    if (e) {
        va_list args;
        va_start(args, format);
        vsnprintf(e->text, sizeof e->text, format, args);
        va_end(args);
        put_on_one_line(e->text);
    }
    return status;
}

void sofa_warn(struct sofa_warnings *w, const char *format, ...)
{
    if (!w)
        return;
    if (w->count == SOFA_WARNINGS_MAX) {
        snprintf(w->text[w->count - 1], sizeof w->text[0], "there are more warnings than these");
        return;
    }
    va_list args;
    va_start(args, format);
    vsnprintf(w->text[w->count], sizeof w->text[0], format, args);
    va_end(args);
    put_on_one_line(w->text[w->count++]);
}

void sofa_print_warnings(const char *name, const struct sofa_warnings *w)
{
    for (unsigned i = 0; i < w->count; i++)
        fprintf(stderr, "%s: warning: %s\n", name, w->text[i]);
}

void sofa_warn_first(struct sofa_warnings *w, const struct sofa_warnings *more)
{
    struct sofa_warnings later = *w;
    *w = *more;
    for (unsigned i = 0; i < later.count; i++)
        sofa_warn(w, "%s", later.text[i]);
}
