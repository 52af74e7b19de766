/* SPDX-License-Identifier: Apache-2.0 */
/* The command line that sofamodel and sofacosim share: CONFIG.yaml TRACE.npz..., overrides, job options, output. */
#ifndef SOFA_OPTIONS_H
#define SOFA_OPTIONS_H

#include "../trace/job.h"

#include <math.h>

#define SOFA_OVERRIDES_MAX 128u

/* One long option of a program beyond the shared ones. */
struct sofa_extra_option {
    const char *name;     /* "seed" for --seed */
    const char *argument; /* name of the argument in the help text; NULL: takes none */
    const char *help;     /* one line */
};

struct sofa_program {
    const char *name, *summary;            /* "sofamodel", one line for --help */
    const struct sofa_extra_option *extra; /* ends with name NULL; may be NULL */
    /* Takes an extra option (value NULL when it has no argument); user is handed on. */
    enum sofa_status (*set)(void *user, const char *name, const char *value, struct sofa_error *e);
    void *user;
    const int *trace_only; /* not NULL and not zero after parsing: CONFIG.yaml may be missing */
    int several;           /* takes several traces */
};

struct sofa_run_options {
    const char *config_path, *trace_path; /* trace_path: the first */
    char *const *trace;     /* all of them: words of argv */
    unsigned traces;
    const char *out_path; /* -o; NULL: none */
    const char *override[SOFA_OVERRIDES_MAX];
    unsigned overrides;
    struct sofa_options run;    /* --kept, --tile, --radius, --carry, --mass, --order, --balance, --pair-blocks */
    size_t row_first, row_end;  /* --rows A:B; 0 and SIZE_MAX: all */
    size_t head;                /* --head N; SIZE_MAX: the file's only one */
    int all_visible;            /* every row sees every key */
    int fit;                    /* sizes of the configuration follow the traces */
    int json;
    int finished;               /* --help or --version was printed: exit 0 */
};

/* Options may follow positional arguments. Errors are one line without the program's name. */
enum sofa_status sofa_options_parse(struct sofa_run_options *o, const struct sofa_program *program, int argc,
                                    char **argv, struct sofa_error *e);

/* One of --kept, --mass, --tile, --radius, --carry, --order, --balance, --pair-blocks, --rows, --head and --all-visible by its name, as
 * "kept". Those without an argument take any text. */
enum sofa_status sofa_options_set(struct sofa_run_options *o, const char *name, const char *text, struct sofa_error *e);
/* The argument of --mass: between 0 and 1. */
enum sofa_status sofa_options_mass(struct sofa_options *o, const char *text, struct sofa_error *e);
/* The argument of --order: ascending, nearest, own or own:OFFSET. */
enum sofa_status sofa_options_order(struct sofa_options *o, const char *text, struct sofa_error *e);

/* The argument of --balance: auto, on or off. */
enum sofa_status sofa_options_balance(struct sofa_options *o, const char *text, struct sofa_error *e);
/* What programs choose unless they are told otherwise. */
#define SOFA_OPTIONS_DEFAULT {.radius = INFINITY, .balance = SOFA_BALANCE_AUTO}
#define SOFA_RUN_OPTIONS_DEFAULT {.row_end = SIZE_MAX, .head = SIZE_MAX, .run = SOFA_OPTIONS_DEFAULT}

/* The program's end: its exit status (program.h). */
int sofa_exit(const struct sofa_program *program, enum sofa_status status, const struct sofa_error *e);

#endif
