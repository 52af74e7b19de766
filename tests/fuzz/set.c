/* SPDX-License-Identifier: Apache-2.0 */
/* --set KEY=VALUE, a line of the input each, and options of a run behind a line that begins with -: a legal configuration or one line of
 * error. */
#include "fuzz.h"

#include "../../cmodel/config/config.h"
#include "../../cmodel/front/options.h"

#include <stdlib.h>
#include <string.h>

#define LINES 24u

static void option(char *text)
{
    static const char *const names[] = {"kept", "mass", "tile", "radius", "carry", "order", "balance", "pair-blocks", "rows", "head"};
    struct sofa_run_options o = {.run = SOFA_OPTIONS_DEFAULT};
    struct sofa_error e = {.text = ""};
    size_t which = (unsigned char)text[0] % (sizeof names / sizeof names[0]);
    fuzz_check(sofa_options_set(&o, names[which], text[0] ? text + 1 : text, &e), &e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1), *rest = text, *line;
    const char *set[LINES];
    unsigned count = 0;
    struct sofa_config c;
    struct sofa_derived d;
    struct sofa_error e = {.text = ""};
    fuzz_require(text != NULL, "out of memory");
    memcpy(text, data, size);
    text[size] = '\0';
    while ((line = strsep(&rest, "\n")) != NULL && count < LINES)
        if (line[0] == '-')
            option(line + 1);
        else
            set[count++] = line;
    enum sofa_status status = sofa_config_load(&c, NULL, set, count, &e);
    fuzz_check(status, &e);
    if (status == SOFA_OK) {
        fuzz_require(sofa_config_check(&c, &e) == SOFA_OK, "a loaded configuration is illegal");
        sofa_config_derive(&c, &d);
    }
    free(text);
    return 0;
}
