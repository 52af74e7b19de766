/* SPDX-License-Identifier: Apache-2.0 */
#include "mapped.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define REGISTER_BYTES 0x400u
#define UIO "/dev/uio"

struct window {
    off_t offset;     /* in the file */
    size_t length;
    uint8_t *mapped;  /* page-aligned begin of the mapping */
    size_t mapped_length;
    uint8_t *at;      /* of offset */
};

struct mapping {
    struct window registers, memory;
    uint64_t base; /* of the memory, as the core sees it */
    char name[96];
};

int sofa_mapped_is(const char *where)
{
    const char *colon = strchr(where, ':');
    return strncmp(where, UIO, strlen(UIO)) == 0 || (colon && strchr(colon + 1, ':'));
}

static enum sofa_status map(struct window *w, int file, const char *name, const char *what, struct sofa_error *e)
{
    off_t page = (off_t)sysconf(_SC_PAGESIZE), start = w->offset / page * page;
    w->mapped_length = w->length + (size_t)(w->offset - start);
    void *p = mmap(NULL, w->mapped_length, PROT_READ | PROT_WRITE, MAP_SHARED, file, start);
    if (p == MAP_FAILED)
        return sofa_fail(e, SOFA_BAD_INPUT, "%s: cannot map the %s (%zu bytes at 0x%llX): %s", name, what, w->length,
                         (unsigned long long)w->offset, strerror(errno));
    w->mapped = p;
    w->at = w->mapped + (w->offset - start);
    return SOFA_OK;
}

static volatile uint32_t *word(const struct mapping *m, unsigned offset)
{
    return (volatile uint32_t *)(void *)(m->registers.at + offset);
}

static enum sofa_status mapped_get(void *user, unsigned offset, uint32_t *value, struct sofa_error *e)
{
    (void)e;
    __sync_synchronize();
    *value = *word(user, offset);
    __sync_synchronize();
    return SOFA_OK;
}

static enum sofa_status mapped_put(void *user, unsigned offset, uint32_t value, struct sofa_error *e)
{
    (void)e;
    __sync_synchronize();
    *word(user, offset) = value;
    __sync_synchronize();
    return SOFA_OK;
}

static enum sofa_status locate(const struct mapping *m, uint64_t address, size_t count, uint8_t **at, struct sofa_error *e)
{
    if (address < m->base || address - m->base > m->memory.length || count > m->memory.length - (address - m->base))
        return sofa_fail(e, SOFA_BAD_INPUT, "%s: %zu bytes at 0x%llX, must lie in the %zu bytes at 0x%llX", m->name, count,
                         (unsigned long long)address, m->memory.length, (unsigned long long)m->base);
    *at = m->memory.at + (address - m->base);
    return SOFA_OK;
}

static enum sofa_status mapped_read(void *user, uint64_t address, uint8_t *data, size_t count, struct sofa_error *e)
{
    uint8_t *at = NULL;
    enum sofa_status status = locate(user, address, count, &at, e);
    if (status == SOFA_OK)
        memcpy(data, at, count);
    return status;
}

static enum sofa_status mapped_write(void *user, uint64_t address, const uint8_t *data, size_t count, struct sofa_error *e)
{
    uint8_t *at = NULL;
    enum sofa_status status = locate(user, address, count, &at, e);
    if (status == SOFA_OK)
        memcpy(at, data, count);
    return status;
}

static void mapped_close(void *user)
{
    struct mapping *m = user;
    if (m->registers.mapped)
        munmap(m->registers.mapped, m->registers.mapped_length);
    if (m->memory.mapped)
        munmap(m->memory.mapped, m->memory.mapped_length);
    free(m);
}

/* A number that the kernel tells about a map of a UIO device. */
static enum sofa_status uio_number(const char *device, unsigned map, const char *what, uint64_t *value,
                                   struct sofa_error *e)
{
    char path[160], text[32] = "";
    snprintf(path, sizeof path, "/sys/class/uio/%.64s/maps/map%u/%s", device, map, what);
    FILE *f = fopen(path, "r");
    int good = f && fgets(text, sizeof text, f);
    if (f)
        fclose(f);
    if (!good)
        return sofa_fail(e, SOFA_BAD_INPUT, "%s: cannot be read; the device tree must give the device two regions, registers "
                         "and memory", path);
    *value = strtoull(text, NULL, 0);
    return SOFA_OK;
}

/* Map n of a UIO device stands at n pages in its file. */
static enum sofa_status open_uio(struct mapping *m, const char *path, char file[96], struct sofa_error *e)
{
    const char *device = path + strlen("/dev/");
    uint64_t length = 0;
    snprintf(file, 96, "%s", path);
    enum sofa_status status = uio_number(device, 1, "size", &length, e);
    if (status == SOFA_OK)
        status = uio_number(device, 1, "addr", &m->base, e);
    m->registers.length = REGISTER_BYTES;
    m->memory = (struct window){.offset = (off_t)sysconf(_SC_PAGESIZE), .length = (size_t)length};
    return status;
}

static enum sofa_status open_file(struct mapping *m, const char *where, char file[96], struct sofa_error *e)
{
    unsigned long long registers, memory, length;
    int end = 0;
    if (sscanf(where, "%90[^:]:%lli:%lli:%lli%n", file, (long long *)&registers, (long long *)&memory, (long long *)&length,
               &end) != 4 || where[end] != '\0' || registers % 4 != 0 || length == 0 || (registers | memory | length) >> 62)
        return sofa_fail(e, SOFA_BAD_INPUT, "--port '%.80s': must be FILE:REGISTERS:MEMORY:BYTES", where);
    m->registers = (struct window){.offset = (off_t)registers, .length = REGISTER_BYTES};
    m->memory = (struct window){.offset = (off_t)memory, .length = (size_t)length};
    m->base = memory;
    return SOFA_OK;
}

enum sofa_status sofa_mapped_open(struct sofa_bus *bus, const char *where, struct sofa_error *e)
{
    char file[96] = "";
    struct mapping *m = calloc(1, sizeof *m);
    if (!m)
        return sofa_fail(e, SOFA_BAD_INPUT, "%.80s: out of memory", where);
    snprintf(m->name, sizeof m->name, "%s", where);
    int uio = strncmp(where, UIO, strlen(UIO)) == 0;
    enum sofa_status status = uio ? open_uio(m, where, file, e) : open_file(m, where, file, e);
    int descriptor = status == SOFA_OK ? open(file, O_RDWR | O_SYNC | O_CLOEXEC) : -1;
    if (status == SOFA_OK && descriptor < 0)
        status = sofa_fail(e, SOFA_BAD_INPUT, "%s: cannot open: %s", file, strerror(errno));
    if (status == SOFA_OK)
        status = map(&m->registers, descriptor, m->name, "registers", e);
    if (status == SOFA_OK)
        status = map(&m->memory, descriptor, m->name, "memory", e);
    if (descriptor >= 0)
        close(descriptor);
    *bus = (struct sofa_bus){.user = m, .base = m->base, .size = m->memory.length, .get = mapped_get, .put = mapped_put,
                             .read = mapped_read, .write = mapped_write, .close = mapped_close};
    if (status != SOFA_OK)
        mapped_close(m);
    return status;
}
