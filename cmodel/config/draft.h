/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration that is being put together; for config/ only. */
#ifndef SOFA_DRAFT_H
#define SOFA_DRAFT_H

#include "keys.h"

/* Who gave a value; a higher level wins. */
enum sofa_level { SOFA_LEVEL_DEFAULT, SOFA_LEVEL_FILE, SOFA_LEVEL_SET };

/* A key that the file gives. */
struct sofa_noted {
    char path[32];
    unsigned line;
};

struct sofa_draft {
    struct sofa_config config;
    unsigned char level[SOFA_KEY_COUNT];
    struct sofa_noted noted[SOFA_KEY_COUNT + 8]; /* 8: keys that are no numbers */
    unsigned noteds;
};

/* 1 if there is such a key ("tile.keys"), such a key with keys of its own ("tile"). */
int sofa_is_key(const char *path);
int sofa_is_section(const char *path);
/* Remembers the line of a key of the file; 0 if it has none. */
void sofa_draft_note(struct sofa_draft *draft, const char *path, unsigned line);
unsigned sofa_draft_line(const struct sofa_draft *draft, const char *path);

/* Gives a key (or name, mode) a value from text. */
enum sofa_status sofa_draft_set(struct sofa_draft *draft, const char *path, const char *text, enum sofa_level level,
                                struct sofa_error *e);

#endif
