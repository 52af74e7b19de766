/* SPDX-License-Identifier: Apache-2.0 */
/* Arrays that stand in memory already. */
#include "npz.h"
#include "npz_kind.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char *member_name(const struct sofa_npz *z, size_t member)
{
    return ((const struct sofa_member *)z->source)[member].name;
}

static enum sofa_status read_member(const struct sofa_npz *z, size_t member, const struct sofa_wanted *wanted, struct sofa_array *a,
                                    struct sofa_error *why)
{
    *a = ((const struct sofa_member *)z->source)[member].array;
    const char *from = a->data;
    a->data = NULL;
    if (!wanted->data)
        return SOFA_OK;
    a->count /= wanted->parts;
    size_t size = a->count * sofa_type_size(a->type);
    a->data = malloc(size + 1);
    if (!a->data)
        return sofa_fail(why, SOFA_BAD_INPUT, "out of memory");
    if (size > 0)
        memcpy(a->data, from + wanted->part * size, size);
    return SOFA_OK;
}

/* There is no checksum. */
static enum sofa_status verify(const struct sofa_npz *z, struct sofa_error *e)
{
    (void)z;
    (void)e;
    return SOFA_OK;
}

static void forget_members(struct sofa_npz *z)
{
    z->source = NULL;
}

enum sofa_status sofa_npz_of_members(struct sofa_npz **z, const char *path, const struct sofa_member *members, unsigned count,
                                     struct sofa_error *e)
{
    static const struct sofa_npz_kind memory = {"", member_name, read_member, verify, forget_members};
    return sofa_npz_new(z, &memory, (void *)(uintptr_t)members, count, path, e);
}
