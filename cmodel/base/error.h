/* SPDX-License-Identifier: Apache-2.0 */
/* Errors and warnings: every fallible function takes a struct sofa_error and returns an enum sofa_status. */
#ifndef SOFA_ERROR_H
#define SOFA_ERROR_H

enum sofa_status {
    SOFA_OK = 0,
    SOFA_BAD_RESULT = 1, /* it ran and the result is bad */
    SOFA_BAD_INPUT = 2   /* usage, configuration, file or system error */
};

struct sofa_error {
    char text[512]; /* one line naming the culprit; empty when no error */
};

/* Writes a formatted one-line message into e (e may be NULL) and returns status. */
enum sofa_status sofa_fail(struct sofa_error *e, enum sofa_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* What a user should know although it is no error: one line each. */
#define SOFA_WARNINGS_MAX 16u
struct sofa_warnings {
    unsigned count;
    char text[SOFA_WARNINGS_MAX][512];
};
/* Adds a line; w may be NULL. The last of too many says that there are more. */
void sofa_warn(struct sofa_warnings *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Prints each as "NAME: warning: TEXT" to standard error. */
void sofa_print_warnings(const char *name, const struct sofa_warnings *w);
/* Puts the lines of `more` before those of w. */
void sofa_warn_first(struct sofa_warnings *w, const struct sofa_warnings *more);

#endif
